// Cases of RMSprop: plain, centred, with momentum.
import { type KernelCase, normal, type TensorCase, uniform } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

// A mean that its mean square allows: the variance stays away from zero, where a small difference would decide.
const small = (shape: readonly number[]): TensorCase => uniform(shape, -0.1, 0.1);
const plain: UpdateCase = {
  params: { centered: 0, gain: 0.1, momentum: 0, epsilon: 1e-7, inner_epsilon: 0 },
  hyper: [0.01, 1, 0.01],
  slots: { square: (shape) => uniform(shape, 0.5, 1), mean: small, velocity: normal },
};

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('momentum', { ...plain, params: { ...plain.params, momentum: 0.9 } }),
  update('centered', { ...plain, params: { ...plain.params, centered: 1 } }),
  update('epsilon in the root', {
    ...plain,
    params: { ...plain.params, centered: 1, momentum: 0.9, epsilon: 0, inner_epsilon: 0.1 },
    hyper: [0.01, 0.01, 1],
  }),
  update('centered, momentum', { ...plain, params: { ...plain.params, centered: 1, momentum: 0.8 } }),
];
