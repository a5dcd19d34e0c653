// Cases of Lion.
import { type KernelCase, normal } from './kernel_case.ts';
import { everywhere, type UpdateCase } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { gain1: 0.1, gain2: 0.01 },
  hyper: [0.05],
  slots: { mean: normal },
};

export const cases: readonly KernelCase[] = everywhere(plain);
