// Cases of the cross entropy with target distributions.
import {
  constant,
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
  logits?: (shape: readonly number[]) => TensorCase;
  weighted?: boolean;
  rowWeighted?: boolean;
  masked?: boolean;
  smoothing?: number;
  gradient?: 0 | 1;
  total?: number;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, V, weighted = false, rowWeighted = false, masked = false, gradient = 1 } = o;
  const { logits = (shape) => normal(shape, 3), total = M } = o;
  return {
    name: `${name} ${M}x${V}`,
    sum: V,
    params: {
      rows: M,
      classes: V,
      weighted: weighted ? 1 : 0,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      gradient,
      smoothing: o.smoothing ?? 0,
    },
    tensors: {
      targets: uniform([M, V], 0, 2 / V),
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
  rows('plain', { M: 33, V: 33 }),
  rows('plain', { M: 65, V: 5 }),
  rows('plain', { M: 3, V: 127 }),
  rows('loss alone', { M: 7, V: 65, gradient: 0 }),
  rows('everything', { M: 70, V: 20, weighted: true, rowWeighted: true, masked: true, smoothing: 0.1 }),
  rows('nothing counts', { M: 3, V: 5, total: 0 }),
  rows('extreme', { M: 9, V: 65, logits: extreme, smoothing: 0.2 }),
  rows('large', { M: 256, V: 1000, bench: true }),
];
