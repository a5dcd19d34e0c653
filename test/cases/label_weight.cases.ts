// Cases of the divisor of a loss.
import { constant, integers, type KernelCase, uniform } from './kernel_case.ts';

interface Rows {
  M: number;
  V?: number;
  labelled?: boolean;
  weighted?: boolean;
  rowWeighted?: boolean;
  masked?: boolean;
  ignored?: number;
  mean?: 0 | 1;
  scale?: number;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const {
    M,
    V = 5,
    labelled = true,
    weighted = false,
    rowWeighted = false,
    masked = false,
    mean = 1,
    scale = 1,
  } = o;
  return {
    name: `${name} ${M}`,
    sum: M,
    params: {
      rows: M,
      classes: V,
      labelled: labelled ? 1 : 0,
      weighted: weighted ? 1 : 0,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      ignored: o.ignored ?? 0xffffffff,
      mean,
      scale,
    },
    tensors: {
      // One label in V + 1 is out of range and does not count.
      labels: labelled ? integers([M], V + 1) : constant([4], 0),
      class_weight: weighted ? uniform([V], 0.5, 2) : constant([4], 0),
      row_weight: rowWeighted ? uniform([M], 0, 3) : constant([4], 0),
      mask: masked ? integers([M], 2) : constant([4], 0),
      total: constant([1], 9),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1 }),
  rows('labels', { M: 33 }),
  rows('distributions', { M: 65, labelled: false }),
  rows('masked distributions', { M: 127, labelled: false, masked: true, rowWeighted: true }),
  rows('everything', { M: 300, weighted: true, rowWeighted: true, masked: true, ignored: 2 }),
  rows('nothing counts', { M: 40, V: 1, ignored: 0 }),
  rows('a sum', { M: 40, mean: 0, weighted: true }),
  rows('scaled', { M: 40, weighted: true, scale: 0.25 }),
  rows('a scaled sum', { M: 40, mean: 0, scale: 4 }),
  rows('many', { M: 20000, weighted: true, bench: true }),
];
