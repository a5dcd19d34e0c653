// Cases of AdaGrad.
import { type KernelCase, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { initial: 0, epsilon: 1e-7 },
  hyper: [0.05],
  slots: { square: uniform },
};

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('initial value', { ...plain, params: { ...plain.params, initial: 0.1 } }),
];
