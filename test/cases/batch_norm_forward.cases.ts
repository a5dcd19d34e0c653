// Cases of batch normalization with given statistics.
import { constant, type KernelCase, normal, type TensorCase, unaligned, uniform } from './kernel_case.ts';

function normalized(name: string, x: TensorCase, scale: 0 | 1 = 1, center: 0 | 1 = 1): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}`,
    params: { rows, cols, scale, center },
    tensors: {
      x,
      statistics: uniform([3, cols], 0.5, 2),
      gamma: scale ? normal([cols]) : constant([4], 7),
      beta: center ? normal([cols]) : constant([4], 7),
      y: constant([rows, cols], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  normalized('one', normal([1, 1])),
  normalized('rows', normal([33, 65])),
  normalized('without gamma', normal([9, 5]), 0, 1),
  normalized('without beta', normal([9, 5]), 1, 0),
  normalized('unaligned', unaligned(normal([6, 5]))),
  { ...normalized('large', normal([1024, 256])), bench: true },
];
