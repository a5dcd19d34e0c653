// What the cross entropies of rows of logits share; the twin of shaders/shared/cross_entropy_rows.wgsl.
import type { Builder } from '../core/builder.ts';
import type { FloatArray, ParamValues } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { rowSoftmax } from './softmax_row.ts';

/** Bindings that follow the targets. */
export const crossEntropyBindings = {
  class_weight: 'read',
  row_weight: 'read',
  mask: 'read u32',
  total: 'read',
  logits: 'readwrite',
  loss: 'write',
} as const;

/** Params that come first. */
export const crossEntropyParams = {
  rows: 'u32',
  classes: 'u32',
  weighted: 'u32',
  row_weighted: 'u32',
  masked: 'u32',
  gradient: 'u32',
  smoothing: 'f32',
} as const;

type Values = ParamValues<typeof crossEntropyParams>;

export interface CrossEntropyOptions {
  /** [M,V]; overwritten by the gradient where `gradient` is 1 */
  logits: Tensor;
  /** [1]: what losses are divided by (label_weight.ts) */
  total: Tensor;
  /** [M], written: the loss of each row before its row weight and the division */
  loss: Tensor;
  rows: number;
  classes: number;
  /** [V] */
  classWeight?: Tensor | undefined;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [M] u32; rows with 0 are left out */
  mask?: Tensor | undefined;
  smoothing?: number;
  gradient: 0 | 1;
}

/** The tensors of these bindings. */
export function crossEntropyTensors(b: Builder, o: CrossEntropyOptions) {
  return {
    class_weight: o.classWeight ?? nothing(b),
    row_weight: o.rowWeight ?? nothing(b),
    mask: o.mask ?? nothing(b, 'u32'),
    total: o.total,
    logits: o.logits,
    loss: o.loss,
  };
}

/** The values of these params. */
export function crossEntropyValues(o: CrossEntropyOptions): Values {
  return {
    rows: o.rows,
    classes: o.classes,
    weighted: o.classWeight ? 1 : 0,
    row_weighted: o.rowWeight ? 1 : 0,
    masked: o.mask ? 1 : 0,
    gradient: o.gradient,
    smoothing: o.smoothing ?? 0,
  };
}

interface Rows {
  row_weight: FloatArray;
  total: FloatArray;
  logits: FloatArray;
  loss: FloatArray;
}

/** Loss and gradient of one row from its target q, or zeros of a row that does not count, which has none. */
export function crossEntropyRow(
  { row_weight, total, logits, loss }: Rows,
  p: Values,
  row: number,
  q: ((col: number) => number) | undefined,
): void {
  const first = row * p.classes;
  if (!q) {
    loss[row] = 0;
    if (p.gradient === 1) logits.fill(0, first, first + p.classes);
    return;
  }
  const { largest, sum } = rowSoftmax(logits, first, p.classes);
  let rowLoss = 0;
  let qSum = 0;
  for (let col = 0; col < p.classes; col++) {
    rowLoss += q(col) * (Math.log(sum) - (logits[first + col] - largest));
    qSum += q(col);
  }
  loss[row] = rowLoss;
  if (p.gradient === 0) return;
  const rowWeight = p.row_weighted === 1 ? row_weight[row] : 1;
  const scale = total[0] === 0 ? 0 : rowWeight / total[0];
  for (let col = 0; col < p.classes; col++) {
    const at = first + col;
    logits[at] = scale * ((Math.exp(logits[at] - largest) / sum) * qSum - q(col));
  }
}
