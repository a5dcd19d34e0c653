// Cases of gradient descent: plain, with momentum, Nesterov.
import { type KernelCase, normal } from './kernel_case.ts';
import { everywhere, type UpdateCase, update } from './optimizer_case.ts';

const plain: UpdateCase = {
  params: { nesterov: 0, momentum: 0 },
  hyper: [0.1, 1, 0.1],
  slots: { velocity: normal },
};

export const cases: readonly KernelCase[] = [
  ...everywhere(plain),
  update('momentum', { ...plain, params: { nesterov: 0, momentum: 0.9 } }),
  update('nesterov', { ...plain, params: { nesterov: 1, momentum: 0.9, l2: 0.1 } }),
  update('rate in the velocity', {
    ...plain,
    params: { nesterov: 1, momentum: 0.9, weight_decay: 0.1 },
    hyper: [0.1, 0.1, 1],
  }),
];
