// Cases of the sum of slices.
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function slices(
  name: string,
  s: number,
  rows: number,
  cols: number,
  stride = cols,
  accumulate = 0,
): KernelCase {
  return {
    name,
    sum: s,
    params: { rows, cols, stride, slices: s, accumulate },
    tensors: {
      source: normal([s, rows, cols]),
      to: accumulate ? normal([rows, stride]) : constant([rows, stride], 3),
    },
  };
}

const added = slices('added to', 1, 1, 127, 127, 1);

export const cases: readonly KernelCase[] = [
  slices('one', 1, 1, 1),
  slices('three slices', 3, 5, 33),
  slices('strided', 4, 7, 9, 20),
  added,
  {
    ...added,
    name: 'unaligned',
    tensors: { source: unaligned(normal([127])), to: unaligned(normal([127])) },
  },
  { ...slices('many', 64, 65, 65), bench: true },
];
