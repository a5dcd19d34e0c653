// Cases of the clipping scale: below and above the limit, no limit, a zero gradient, large norms.
import { constant, type KernelCase, type TensorCase, uniform } from './kernel_case.ts';

function scale(name: string, partials: number, maxNorm: number, partial?: TensorCase): KernelCase {
  return {
    name,
    sum: partials,
    params: { partials, max_norm: maxNorm, norm_epsilon: 1e-6 },
    tensors: { partial: partial ?? uniform([partials], 0, 2), clip: constant([2], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  scale('one', 1, 0.25),
  scale('not clipped', 33, 100),
  scale('no limit', 65, 0),
  scale('clipped', 127, 1),
  scale('zero gradient', 64, 1, constant([64], 0)),
  scale('extreme', 64, 5, constant([64], 1e30)),
  { ...scale('large', 4096, 0.5), bench: true },
];
