// Cases of Adadelta.
import { type KernelCase, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { gain: 0.1, epsilon: 1e-6 },
  hyper: [1],
  slots: { square: uniform, change: uniform },
};

export const cases: readonly KernelCase[] = everywhere(plain);
