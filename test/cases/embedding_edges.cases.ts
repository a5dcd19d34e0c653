// Cases of runs over several segments: none, one over all of them, padding, adding.
import { frequentIds, ordered } from './embedding_case.ts';
import { constant, extreme, type KernelCase, normal } from './kernel_case.ts';

function edges(
  name: string,
  rows: number,
  size: number,
  vocabulary: number,
  more: { padding?: number; accumulate?: 0 | 1; segment?: number; ids?: number[] } = {},
): KernelCase {
  const { padding = 0xffffffff, accumulate = 0, segment = 8, ids } = more;
  const segments = Math.ceil(rows / segment);
  return {
    name,
    sum: segments,
    params: { rows, size, padding, accumulate, segment },
    tensors: {
      sorted: ordered(ids ?? frequentIds(name, rows, vocabulary), vocabulary).sorted,
      edges: normal([segments, 2, size]),
      dtable: accumulate ? normal([vocabulary, size]) : constant([vocabulary, size], 3),
    },
  };
}

const spread = edges('extreme', 65, 5, 4);
const falling = Array.from({ length: 40 }, (_, i) => 39 - i);

export const cases: readonly KernelCase[] = [
  edges('one segment', 8, 3, 2),
  edges('no run over an edge', 40, 3, 40, { ids: falling }),
  edges('one token everywhere', 127, 9, 1),
  edges('some runs', 100, 33, 7),
  edges('a segment of one', 20, 3, 5, { segment: 1 }),
  edges('one token over many blocks', 1000, 9, 1, { segment: 2 }),
  edges('runs that begin at blocks and go on', 300, 10, 3, {
    segment: 2,
    ids: Array.from({ length: 300 }, (_, i) => (i < 64 ? 0 : i < 250 ? 1 : 2)),
  }),
  edges('a frequent token among others', 700, 5, 9, {
    segment: 2,
    ids: Array.from({ length: 700 }, (_, i) => (i < 90 ? i % 5 : i < 600 ? 6 : 7 + (i % 2))),
  }),
  edges('padding over many blocks', 400, 3, 3, { segment: 2, padding: 0 }),
  edges('padding', 65, 5, 4, { padding: 0 }),
  edges('added', 65, 5, 4, { accumulate: 1 }),
  { ...spread, tensors: { ...spread.tensors, edges: extreme([9, 2, 5]) } },
  { ...edges('large', 8192, 256, 500, { segment: 32 }), bench: true },
];
