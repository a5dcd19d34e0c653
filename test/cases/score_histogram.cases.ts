// Cases of scores by their place: one threshold, many, logits, weights shared by rows.
import { constant, integers, type KernelCase, normal, uniform } from './kernel_case.ts';

interface Rows {
  M: number;
  C?: number;
  bins?: number;
  share?: number;
  rowWeighted?: boolean;
  masked?: boolean;
  logits?: boolean;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, C = 1, bins = 2, share = 1, rowWeighted = false, masked = false, logits = false } = o;
  return {
    name: `${name} ${M}x${C} to ${bins}`,
    sum: M,
    params: {
      rows: M,
      columns: C,
      bins,
      share,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      logits: logits ? 1 : 0,
      threshold: 0.4,
    },
    tensors: {
      x: logits ? normal([M, C], 2) : uniform([M, C], -0.1, 1.1),
      targets: integers([M, C], 2),
      row_weight: rowWeighted ? uniform([Math.ceil(M / share)], 0, 3) : constant([4], 0),
      mask: masked ? integers([Math.ceil(M / share)], 2) : constant([4], 0),
      counts: uniform([C, bins, 2], 0, 50),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1 }),
  rows('threshold', { M: 130, C: 3, rowWeighted: true, masked: true }),
  rows('curve', { M: 65, bins: 20 }),
  rows('curve of logits, shared weights', {
    M: 66,
    bins: 50,
    share: 3,
    logits: true,
    rowWeighted: true,
    masked: true,
  }),
  rows('many', { M: 10000, bins: 200, bench: true }),
];
