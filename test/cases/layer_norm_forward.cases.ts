// Cases of layer normalisation forward: rows of all lengths, rows apart, without gain or shift, and nearly constant rows.
import {
  constant,
  defaultTolerance,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';

function rows(
  name: string,
  [count, cols]: readonly [number, number],
  more: {
    stride?: number;
    scaled?: 0 | 1;
    shifted?: 0 | 1;
    x?: (shape: readonly number[]) => TensorCase;
    bench?: boolean;
  } = {},
): KernelCase {
  const { stride = cols, scaled = 1, shifted = 1, x = normal, bench } = more;
  const shape = [(count - 1) * stride + cols];
  return {
    name,
    sum: cols,
    params: { rows: count, cols, stride, scaled, shifted, epsilon: 1e-3 },
    tensors: {
      x: x(shape),
      gamma: normal([cols]),
      beta: normal([cols]),
      y: constant(shape, 9),
      stats: constant([count, 2], 9),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', [1, 1]),
  rows('3x5', [3, 5]),
  rows('off the workgroup', [66, 65]),
  rows('rows apart', [4, 6], { stride: 11 }),
  rows('plain', [5, 7], { scaled: 0, shifted: 0 }),
  {
    ...rows('nearly constant', [3, 33], {
      x: (shape) => ({ shape, values: (next) => 5 + 0.01 * next.normal() }),
    }),
    tolerance: {
      ...defaultTolerance,
      nmse: 1e-9,
      reason: 'the mean is 500 times the deviation, and rounded as x is',
    },
  },
  rows('large', [3, 130], { x: (shape) => normal(shape, 1e4) }),
  {
    ...rows('unaligned', [3, 9]),
    tensors: {
      x: unaligned(normal([27])),
      gamma: unaligned(normal([9])),
      beta: unaligned(normal([9])),
      y: unaligned(constant([27], 9)),
      stats: unaligned(constant([3, 2], 9)),
    },
  },
  rows('medium', [2048, 256], { bench: true }),
];
