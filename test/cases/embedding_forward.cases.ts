// Cases of the embedding: one id and many, ids beyond the table, extreme weights.
import { constant, exactly, extreme, integers, type KernelCase, normal } from './kernel_case.ts';

function lookup(name: string, rows: number, size: number, vocabulary: number): KernelCase {
  return {
    name,
    params: { rows, size, vocabulary },
    tensors: {
      ids: integers([rows], vocabulary),
      table: normal([vocabulary, size]),
      y: constant([rows, size], 7),
    },
  };
}

const beyond = lookup('beyond the table', 4, 3, 5);
const large = lookup('extreme', 33, 8, 9);

export const cases: readonly KernelCase[] = [
  lookup('one', 1, 1, 1),
  lookup('one row', 1, 65, 33),
  lookup('one column', 127, 1, 10),
  lookup('off the workgroup', 33, 127, 65),
  lookup('four columns', 3, 4, 2),
  lookup('by fours, off the workgroup', 35, 76, 9),
  { ...beyond, tensors: { ...beyond.tensors, ids: exactly([4], [4, 5, 2 ** 31, 0]) } },
  { ...large, tensors: { ...large.tensors, table: extreme([9, 8]) } },
  { ...lookup('large', 1024, 256, 1000), bench: true },
];
