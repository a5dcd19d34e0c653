// Cases of the column sum: few and many rows, slices, strides, sums that go to two places.
import { constant, extreme, type KernelCase, normal, unaligned } from './kernel_case.ts';

function columns(name: string, rows: number, cols: number, more: Record<string, number> = {}): KernelCase {
  const params = { rows, cols, stride: cols, slice: rows, accumulate: 0, twice: 0, again: 0, ...more };
  const slices = Math.ceil(rows / params.slice);
  return {
    name,
    sum: rows,
    params,
    tensors: {
      source: normal([rows, params.stride]),
      to: params.accumulate ? normal([slices, cols]) : constant([slices, cols], 5),
    },
  };
}

/** Sums of which the first go to a second place. */
function twice(name: string, rows: number, cols: number, more: Record<string, number>): KernelCase {
  const it = columns(name, rows, cols, more);
  const { twice, again } = it.params;
  return { ...it, tensors: { ...it.tensors, to: normal([again + twice]) } };
}

export const cases: readonly KernelCase[] = [
  columns('one', 1, 1),
  columns('one row', 1, 65),
  columns('one column', 127, 1),
  columns('off the tile', 33, 127),
  columns('strided', 12, 5, { stride: 9 }),
  columns('added', 12, 65, { accumulate: 1 }),
  columns('sliced', 100, 33, { slice: 32 }),
  twice('twice', 21, 66, { twice: 44, again: 66 }),
  twice('all twice and added', 12, 33, { twice: 33, again: 40, accumulate: 1 }),
  {
    ...columns('unaligned', 9, 10),
    tensors: { source: unaligned(normal([9, 10])), to: unaligned(normal([10])) },
  },
  { ...columns('extreme', 16, 16), tensors: { source: extreme([16, 16]), to: constant([16], 0) } },
  { ...columns('large', 2048, 512), bench: true },
];
