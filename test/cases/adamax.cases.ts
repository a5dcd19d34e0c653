// Cases of AdaMax: epsilon in the largest and beside it.
import { type KernelCase, normal, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { gain1: 0.1, beta2: 0.999, epsilon: 0, inner_epsilon: 1e-7 },
  hyper: [0.01, 0.05],
  // Away from zero, by which the mean is divided.
  slots: { mean: normal, largest: (shape) => uniform(shape, 0.1, 1) },
};

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('epsilon beside the largest', {
    ...plain,
    params: { ...plain.params, epsilon: 0.1, inner_epsilon: 0 },
  }),
];
