// Cases of layer normalisation backward: rows of all lengths, rows apart, added or written.
import { constant, type KernelCase, normal, unaligned, uniform } from './kernel_case.ts';

function rows(
  name: string,
  [count, cols]: readonly [number, number],
  more: { stride?: number; scaled?: 0 | 1; accumulate?: 0 | 1; bench?: boolean } = {},
): KernelCase {
  const { stride = cols, scaled = 1, accumulate = 0, bench } = more;
  const shape = [(count - 1) * stride + cols];
  return {
    name,
    sum: cols,
    params: { rows: count, cols, stride, scaled, accumulate },
    tensors: {
      x: normal(shape),
      gamma: normal([cols]),
      stats: uniform([count, 2], 0.5, 2),
      dy: normal(shape),
      dx: accumulate ? normal(shape) : constant(shape, 9),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', [1, 1]),
  rows('3x5', [3, 5], { accumulate: 1 }),
  rows('off the workgroup', [66, 65]),
  rows('rows apart', [4, 6], { stride: 11, accumulate: 1 }),
  rows('plain', [5, 7], { scaled: 0 }),
  {
    ...rows('unaligned', [3, 9]),
    tensors: {
      x: unaligned(normal([27])),
      gamma: unaligned(normal([9])),
      stats: unaligned(uniform([3, 2], 0.5, 2)),
      dy: unaligned(normal([27])),
      dx: unaligned(constant([27], 9)),
    },
  },
  rows('medium', [2048, 256], { bench: true }),
];
