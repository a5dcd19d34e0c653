// Cases of max pooling: equal values, padding, windows of all steps.
import {
  constant,
  extreme,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';
import { type PoolCase, pool, poolCases } from './pool_case.ts';

function largest(
  { name, params }: PoolCase,
  values: (shape: readonly number[]) => TensorCase = normal,
): KernelCase {
  const out = [params.out_steps, params.cols];
  return {
    name,
    params,
    tensors: { x: values([params.steps, params.cols]), y: constant(out, 9), places: constant(out, 9) },
  };
}

export const cases: readonly KernelCase[] = [
  ...poolCases.map((it) => largest(it)),
  largest(pool('equals', [12, 6, 4], { stride: 2 }), (shape) => integers(shape, 2)),
  largest(pool('extreme', [12, 6, 4], { stride: 2 }), extreme),
  largest(pool('unaligned', [6, 5, 2]), (shape) => unaligned(normal(shape))),
  { ...largest(pool('large', [128, 2048, 2])), bench: true },
];
