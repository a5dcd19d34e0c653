// Cases of the sums that flow into the statistics of batch normalization.
import { constant, type KernelCase, normal, type TensorCase, unaligned, uniform } from './kernel_case.ts';

function sums(name: string, x: TensorCase, slice = x.shape[0]): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}`,
    sum: slice,
    params: { rows, cols, slice },
    tensors: {
      x,
      dy: x.at ? unaligned(normal(x.shape)) : normal(x.shape),
      statistics: uniform([3, cols], 0.5, 2),
      sums: constant([Math.ceil(rows / slice), 2, cols], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  sums('one', normal([1, 1])),
  sums('all', normal([33, 65])),
  sums('sliced', normal([100, 9]), 32),
  sums('unaligned', unaligned(normal([9, 10]))),
  { ...sums('large', normal([2048, 256])), bench: true },
];
