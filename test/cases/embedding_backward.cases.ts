// Cases of the embedding's gradient: repeated ids, padding, adding, runs within segments and over their edges.
import { frequentIds, ordered } from './embedding_case.ts';
import { constant, extreme, type KernelCase, normal } from './kernel_case.ts';

interface Gradient {
  padding?: number;
  accumulate?: 0 | 1;
  segment?: number;
  ids?: number[];
  bench?: boolean;
}

function gradient(
  name: string,
  rows: number,
  size: number,
  vocabulary: number,
  { padding = 0xffffffff, accumulate = 0, segment = 32, ids, bench }: Gradient = {},
): KernelCase {
  return {
    name,
    sum: segment,
    params: { rows, size, padding, accumulate, segment },
    tensors: {
      ...ordered(ids ?? frequentIds(name, rows, vocabulary), vocabulary),
      dy: normal([rows, size]),
      edges: constant([Math.ceil(rows / segment), 2, size], 7),
      dtable: accumulate ? normal([vocabulary, size]) : constant([vocabulary, size], 0),
    },
    ...(bench && { bench }),
  };
}

const spread = gradient('extreme', 33, 16, 9);

export const cases: readonly KernelCase[] = [
  gradient('one', 1, 1, 1),
  gradient('one column', 127, 1, 10),
  gradient('off the workgroup', 65, 33, 20),
  gradient('padding', 33, 5, 4, { padding: 2 }),
  gradient('padding over the edges', 100, 5, 4, { padding: 0, segment: 8 }),
  gradient('added', 33, 65, 7, { accumulate: 1 }),
  gradient('one token everywhere', 127, 8, 1),
  gradient('a segment of one', 20, 3, 5, { segment: 1 }),
  gradient('runs end where segments do', 12, 3, 4, {
    segment: 4,
    ids: [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 3],
  }),
  gradient('beyond the vocabulary', 6, 3, 4, { segment: 2, ids: [3, 4, 0, 2 ** 31, 3, 0] }),
  { ...spread, tensors: { ...spread.tensors, dy: extreme([33, 16]) } },
  gradient('large', 1024, 256, 500, { bench: true }),
];
