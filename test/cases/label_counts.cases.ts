// Cases of the counting of classes: weights, masks, labels that do not count.
import { constant, integers, type KernelCase, uniform } from './kernel_case.ts';

interface Rows {
  M: number;
  C: number;
  rowWeighted?: boolean;
  masked?: boolean;
  ignored?: number;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, C, rowWeighted = false, masked = false, ignored = 0xffffffff, bench = false } = o;
  return {
    name: `${name} ${M}x${C}`,
    sum: M,
    params: { rows: M, classes: C, row_weighted: rowWeighted ? 1 : 0, masked: masked ? 1 : 0, ignored },
    tensors: {
      predicted: integers([M], C),
      labels: integers([M], C + 1),
      row_weight: rowWeighted ? uniform([M], 0, 3) : constant([4], 0),
      mask: masked ? integers([M], 2) : constant([4], 0),
      counts: uniform([C, 3], 0, 50),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1, C: 1 }),
  rows('plain', { M: 130, C: 4 }),
  rows('everything', { M: 65, C: 70, rowWeighted: true, masked: true, ignored: 2 }),
  rows('many', { M: 20000, C: 20, bench: true }),
];
