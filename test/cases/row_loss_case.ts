// What cases of losses of rows share, whether their targets are numbers or labels.
import {
  type Preparation,
  preparations,
  type RowLossKind,
  rowLossKinds,
} from '../../src/kernels/row_loss_kinds.ts';
import { constant, integers, type KernelCase, normal, type TensorCase, uniform } from './kernel_case.ts';

export interface Rows {
  M: number;
  C: number;
  kind: RowLossKind;
  preparation?: Preparation;
  prediction?: (shape: readonly number[]) => TensorCase;
  targets?: (shape: readonly number[]) => TensorCase;
  weighted?: boolean;
  rowWeighted?: boolean;
  masked?: boolean;
  ignored?: number;
  gradient?: 0 | 1;
  smoothing?: number;
  alpha?: number;
  gamma?: number;
  total?: number;
  bench?: boolean;
}

export function rows(name: string, o: Rows, labelled = false): KernelCase {
  const {
    M,
    C,
    kind,
    weighted = false,
    rowWeighted = false,
    masked = false,
    gradient = 1,
    smoothing = 0,
  } = o;
  const { preparation = 'none', prediction = normal, targets = normal, total = 0.7 * M } = o;
  return {
    name: `${name} ${M}x${C}`,
    sum: C,
    params: {
      rows: M,
      columns: C,
      kind: rowLossKinds[kind],
      preparation: preparations[preparation],
      weighted: weighted ? 1 : 0,
      row_weighted: rowWeighted ? 1 : 0,
      masked: masked ? 1 : 0,
      ignored: o.ignored ?? 0xffffffff,
      gradient,
      kept: 1 - smoothing,
      shift: smoothing / C,
      alpha: o.alpha ?? 0,
      gamma: o.gamma ?? 0,
    },
    tensors: {
      prediction: prediction([M, C]),
      // One label in C + 1 is out of range and does not count.
      targets: labelled ? integers([M], C + 1) : targets([M, C]),
      class_weight: weighted ? uniform([C], 0.5, 2) : constant([4], 0),
      row_weight: rowWeighted ? normal([M]) : constant([4], 0),
      mask: masked ? integers([M], 2) : constant([4], 0),
      total: constant([1], total),
      slopes: constant([M, C], 9),
      loss: constant([M], 9),
    },
    ...(o.bench && { bench: true }),
  };
}

export const probabilities = (shape: readonly number[]): TensorCase => uniform(shape, 0.02, 0.98);
export const bits = (shape: readonly number[]): TensorCase => ({
  shape,
  values: (next) => next.below(2),
});
