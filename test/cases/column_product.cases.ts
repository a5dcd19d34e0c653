// Cases of column sums of products: whole and in slices, normalised, rows apart.
import { constant, type KernelCase, normal, unaligned, uniform } from './kernel_case.ts';

function columns(
  name: string,
  [rows, cols]: readonly [number, number],
  more: { slice?: number; leftStride?: number; normalized?: 0 | 1; accumulate?: 0 | 1; bench?: boolean } = {},
): KernelCase {
  const { slice = rows, leftStride = cols, normalized = 0, accumulate = 0, bench } = more;
  const to = [Math.ceil(rows / slice), cols];
  const strides = { left_stride: leftStride, right_stride: cols };
  return {
    name,
    sum: slice,
    params: { rows, cols, ...strides, slice, normalized, accumulate },
    tensors: {
      left: normal([(rows - 1) * leftStride + cols]),
      right: normal([rows * cols]),
      stats: uniform([rows, 2], 0.5, 2),
      to: accumulate ? normal(to) : constant(to, 9),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  columns('one', [1, 1]),
  columns('normalised', [7, 5], { normalized: 1, accumulate: 1 }),
  columns('rows apart', [9, 6], { leftStride: 20 }),
  columns('in slices', [35, 66], { slice: 8, normalized: 1 }),
  {
    ...columns('unaligned', [3, 9], { normalized: 1 }),
    tensors: {
      left: unaligned(normal([27])),
      right: unaligned(normal([27])),
      stats: unaligned(uniform([3, 2], 0.5, 2)),
      to: unaligned(constant([1, 9], 9)),
    },
  },
  columns('medium', [2048, 512], { slice: 64, bench: true }),
];
