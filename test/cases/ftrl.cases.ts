// Cases of FTRL: the usual power and another, every penalty, a rate of zero.
import { type KernelCase, normal, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { power: 0.5, initial: 0.1, l1_strength: 0, l2_strength: 0, shrinkage: 0, beta: 0 },
  hyper: [0.05],
  slots: { square: uniform, linear: normal },
};
const all = { ...plain.params, l1_strength: 0.5, l2_strength: 0.2, shrinkage: 0.1, beta: 0.3 };

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('every penalty', { ...plain, params: all }),
  update('another power', { ...plain, params: { ...all, power: 0.75 } }),
  update('rate 0', { ...plain, hyper: [0] }),
];
