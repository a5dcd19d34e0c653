// Cases of the column sum: few and many rows, slices, strides.
import { constant, extreme, type KernelCase, normal, unaligned } from './kernel_case.ts';

function columns(name: string, rows: number, cols: number, more: Record<string, number> = {}): KernelCase {
  const params = { rows, cols, stride: cols, slice: rows, accumulate: 0, ...more };
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

export const cases: readonly KernelCase[] = [
  columns('one', 1, 1),
  columns('one row', 1, 65),
  columns('one column', 127, 1),
  columns('off the tile', 33, 127),
  columns('strided', 12, 5, { stride: 9 }),
  columns('added', 12, 65, { accumulate: 1 }),
  columns('sliced', 100, 33, { slice: 32 }),
  {
    ...columns('unaligned', 9, 10),
    tensors: { source: unaligned(normal([9, 10])), to: unaligned(normal([10])) },
  },
  { ...columns('extreme', 16, 16), tensors: { source: extreme([16, 16]), to: constant([16], 0) } },
  { ...columns('large', 2048, 512), bench: true },
];
