// Cases of the cross entropy with labels: every option, labels that do not count, sizes off the workgroup.
import {
  constant,
  exactly,
  extreme,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  uniform,
} from './kernel_case.ts';

interface Rows {
  M: number;
  V: number;
  labels?: TensorCase;
  logits?: (shape: readonly number[]) => TensorCase;
  weighted?: boolean;
  rowWeighted?: boolean;
  masked?: boolean;
  ignored?: number;
  smoothing?: number;
  gradient?: 0 | 1;
  total?: number;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, V, weighted = false, rowWeighted = false, masked = false, gradient = 1 } = o;
  const { labels = integers([M], V), logits = (shape) => normal(shape, 3), total = 0.7 * M } = o;
  return {
    name: `${name} ${M}x${V}`,
    sum: V,
    params: {
      rows: M,
      classes: V,
      weighted: weighted ? 1 : 0,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      ignored: o.ignored ?? 0xffffffff,
      gradient,
      smoothing: o.smoothing ?? 0,
    },
    tensors: {
      labels,
      class_weight: weighted ? uniform([V], 0.5, 2) : constant([4], 0),
      row_weight: rowWeighted ? normal([M]) : constant([4], 0),
      mask: masked ? integers([M], 2) : constant([4], 0),
      total: constant([1], total),
      logits: logits([M, V]),
      loss: constant([M], 9),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1, V: 1 }),
  rows('plain', { M: 1, V: 33 }),
  rows('plain', { M: 33, V: 1 }),
  rows('plain', { M: 65, V: 65 }),
  rows('plain', { M: 5, V: 127 }),
  rows('loss alone', { M: 12, V: 33, gradient: 0 }),
  rows('weighted', { M: 12, V: 33, weighted: true, rowWeighted: true }),
  rows('smoothed', { M: 12, V: 65, smoothing: 0.25 }),
  rows('everything', {
    M: 70,
    V: 20,
    weighted: true,
    rowWeighted: true,
    masked: true,
    ignored: 3,
    smoothing: 0.1,
  }),
  rows('labels out of range', {
    M: 6,
    V: 5,
    labels: exactly([6], [0, 4, 5, 4294967196, 4294967295, 2]),
    ignored: 4294967196,
    smoothing: 0.1,
  }),
  rows('nothing counts', { M: 3, V: 5, labels: constant([3], 1), ignored: 1, total: 0 }),
  rows('extreme', { M: 9, V: 33, logits: extreme }),
  rows('extreme smoothed', { M: 9, V: 127, logits: extreme, smoothing: 0.5, weighted: true }),
  rows('all equal', { M: 2, V: 70, logits: (shape) => constant(shape, -1e4) }),
  rows('large', { M: 512, V: 1000, bench: true }),
];
