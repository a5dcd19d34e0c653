// Cases of Nadam.
import { type KernelCase, normal, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { gain1: 0.1, gain2: 0.001, epsilon: 1e-7 },
  hyper: [0.01, 0.05, 0.04, 20],
  slots: { mean: normal, square: uniform },
};

export const cases: readonly KernelCase[] = everywhere(plain);
