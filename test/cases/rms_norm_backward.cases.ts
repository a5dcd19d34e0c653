// Cases of the gradient of the normalization by a deviation or a root mean square.
import { constant, type KernelCase, normal, type TensorCase, unaligned, uniform } from './kernel_case.ts';

function gradient(
  name: string,
  x: TensorCase,
  centered: 0 | 1,
  { scaled = 1, accumulate = 0, at = 0 }: { scaled?: 0 | 1; accumulate?: 0 | 1; at?: number } = {},
): KernelCase {
  const [rows, cols] = x.shape;
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  return {
    name: `${name} ${rows}x${cols}${centered ? ' centered' : ''}`,
    params: { rows, cols, centered, scaled, accumulate },
    tensors: {
      x: placed(x),
      dy: placed(normal(x.shape)),
      gamma: scaled ? uniform([cols], 0.5, 1.5) : constant([4], 7),
      stats: uniform([rows, 2], 0.5, 2),
      dx: placed(accumulate ? normal(x.shape) : constant(x.shape, 9)),
    },
  };
}

export const cases: readonly KernelCase[] = [
  gradient('one', normal([1, 1]), 0),
  gradient('rows', normal([65, 33]), 0),
  gradient('rows', normal([3, 127]), 1),
  gradient('plain', normal([9, 12]), 0, { scaled: 0 }),
  gradient('added', normal([9, 12]), 1, { accumulate: 1 }),
  gradient('unaligned', normal([6, 5]), 1, { accumulate: 1, at: 37 }),
  { ...gradient('large', normal([1024, 256]), 0), bench: true },
];
