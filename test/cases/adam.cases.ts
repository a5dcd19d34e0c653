// Cases of Adam: plain, AMSGrad.
import { type KernelCase, normal, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { amsgrad: 0, gain1: 0.1, gain2: 0.001, epsilon: 1e-7 },
  hyper: [0.01, 0.05, 20],
  slots: { mean: normal, square: uniform, largest: uniform },
};

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('amsgrad', { ...plain, params: { ...plain.params, amsgrad: 1 } }),
  update('amsgrad, weight decay', { ...plain, params: { ...plain.params, amsgrad: 1, weight_decay: 0.1 } }),
];
