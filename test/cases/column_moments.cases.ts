// Cases of the moments of columns: slices, masks, rows that share an entry of a mask, means far from zero.
import {
  constant,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
  uniform,
} from './kernel_case.ts';

function moments(
  name: string,
  x: TensorCase,
  { slice = x.shape[0], mask, repeats = 1 }: { slice?: number; mask?: TensorCase; repeats?: number } = {},
): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}`,
    sum: slice,
    params: { rows, cols, slice, masked: mask ? 1 : 0, repeats },
    tensors: {
      x,
      mask: mask ?? constant([4], 0),
      moments: constant([Math.ceil(rows / slice), 3, cols], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  moments('one', normal([1, 1])),
  moments('all', normal([33, 65], 2)),
  moments('sliced', normal([100, 9]), { slice: 32 }),
  moments('masked', normal([40, 7]), { slice: 16, mask: integers([40], 2) }),
  moments('nothing counts', normal([6, 5]), { mask: constant([6], 0) }),
  moments('three rows an entry', normal([30, 5]), { mask: integers([10], 2), repeats: 3 }),
  moments('far from zero', uniform([64, 3], 1000, 1001)),
  moments('unaligned', unaligned(normal([9, 10]))),
  { ...moments('large', normal([2048, 256])), bench: true },
];
