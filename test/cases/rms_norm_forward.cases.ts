// Cases of the normalization by a deviation or a root mean square.
import {
  constant,
  extreme,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
  uniform,
} from './kernel_case.ts';

function normalized(name: string, x: TensorCase, centered: 0 | 1, scaled: 0 | 1): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}${centered ? ' centered' : ''}${scaled ? ' scaled' : ''}`,
    params: { rows, cols, centered, scaled, epsilon: 1e-3 },
    tensors: {
      x,
      gamma: scaled ? uniform([cols], 0.5, 1.5) : constant([4], 7),
      y: constant([rows, cols], 9),
      stats: constant([rows, 2], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  normalized('one', normal([1, 1]), 0, 1),
  normalized('rows', normal([65, 33], 3), 0, 1),
  normalized('rows', normal([3, 127], 3), 1, 1),
  normalized('plain', normal([9, 12]), 0, 0),
  normalized('plain', normal([9, 12]), 1, 0),
  normalized('far from zero', uniform([5, 64], 100, 101), 1, 1),
  normalized('extreme', extreme([7, 65]), 0, 1),
  normalized('unaligned', unaligned(normal([6, 5])), 1, 1),
  { ...normalized('large', normal([1024, 256]), 0, 1), bench: true },
];
