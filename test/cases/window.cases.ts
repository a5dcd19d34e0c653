// Cases of the corpus window: the start, the middle, around the end, the shortest corpus.
import { constant, exactly, integers, type KernelCase } from './kernel_case.ts';

function cut(
  name: string,
  length: number,
  {
    T = 5,
    N = 3,
    position = 0,
    bench = false,
  }: { T?: number; N?: number; position?: number; bench?: boolean },
): KernelCase {
  return {
    name,
    params: { window: T, batch: N, jump: Math.floor(length / N), length },
    tensors: {
      corpus: integers([length + 1], 65),
      clock: exactly([4], [position, 1, 2, 3]),
      ids: constant([T, N], 99),
      labels: constant([T, N], 99),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  cut('one pair', 1, { T: 1, N: 1 }),
  cut('at the start', 127, {}),
  cut('later', 127, { position: 65 }),
  cut('around the end', 33, { N: 4, position: 31 }),
  cut('one text', 65, { T: 65, N: 1, position: 10 }),
  cut('as many texts as pairs', 33, { T: 2, N: 33, position: 5 }),
  cut('large', 10000, { T: 128, N: 64, position: 9950, bench: true }),
];
