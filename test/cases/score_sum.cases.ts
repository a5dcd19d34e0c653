// Cases of the running mean of scores.
import { constant, integers, type KernelCase, uniform } from './kernel_case.ts';

interface Rows {
  M: number;
  labelled?: boolean;
  rowWeighted?: boolean;
  masked?: boolean;
  ignored?: number;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, labelled = false, rowWeighted = false, masked = false, ignored = 0xffffffff } = o;
  return {
    name: `${name} ${M}`,
    sum: M,
    params: {
      rows: M,
      classes: 4,
      labelled: labelled ? 1 : 0,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      ignored,
    },
    tensors: {
      score: uniform([M]),
      row_weight: rowWeighted ? uniform([M], 0, 3) : constant([4], 0),
      mask: masked ? integers([M], 2) : constant([4], 0),
      // One label in five is out of range.
      labels: labelled ? integers([M], 5) : constant([4], 0),
      sums: uniform([2], 0, 50),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1 }),
  rows('plain', { M: 700 }),
  rows('everything', { M: 300, labelled: true, rowWeighted: true, masked: true, ignored: 2 }),
  rows('many', { M: 20000, bench: true }),
];
