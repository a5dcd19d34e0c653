// Losses of rows that are no cross entropy of logits: one thread a row, loss and gradient in the same dispatch.
import wgsl from '../../shaders/row_loss.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, type FloatArray, linearGrid, type ParamValues } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import {
  elementLosses,
  type Preparation,
  preparations,
  type RowLossKind,
  rowLossKinds,
} from './row_loss_kinds.ts';
import { NO_LABEL } from './softmax_cross_entropy.ts';
import { rowSoftmax } from './softmax_row.ts';

const params = {
  rows: 'u32',
  columns: 'u32',
  kind: 'u32',
  preparation: 'u32',
  weighted: 'u32',
  row_weighted: 'u32',
  masked: 'u32',
  ignored: 'u32',
  gradient: 'u32',
  kept: 'f32',
  shift: 'f32',
  alpha: 'f32',
  gamma: 'f32',
} as const;

type Params = ParamValues<typeof params>;

interface Rows {
  prediction: FloatArray;
  targets: ArrayLike<number>;
  class_weight: FloatArray;
  row_weight: FloatArray;
  mask: Uint32Array;
  total: FloatArray;
  slopes: FloatArray;
  loss: FloatArray;
}

/**
 * loss[row] = Σ or mean over the columns of f(t, o), with t = kept·target + shift and the prediction o as it is, divided
 * by the sum of its row, or through a softmax or sigmoid; slopes = d loss/d prediction·row_weight[row]/total.
 *
 * prediction, targets, slopes [M,C], class_weight [C], row_weight, mask, loss [M], total [1]. The kinds and their
 * formulas are in row_loss_kinds.ts. Rows whose mask is 0 have loss and gradient 0, and so has every row where total is
 * 0; slopes are written where `gradient` is 1.
 */
export const rowLossKernel = defineKernel({
  name: 'row_loss',
  wgsl,
  bindings: {
    prediction: 'read',
    targets: 'read',
    class_weight: 'read',
    row_weight: 'read',
    mask: 'read u32',
    total: 'read',
    slopes: 'write',
    loss: 'write',
  },
  params,
  constants: (p) => ({ KIND: p.kind, PREPARATION: p.preparation, LABELS: false }),
  workgroups: (p) => linearGrid(p.rows, 64),
  reference: (tensors, p) =>
    rowLosses(tensors, p, (row, column) => tensors.targets[row * p.columns + column]),
  cost,
});

/**
 * The same with labels [M] u32 for targets: t = kept·[column = label] + shift. A row whose label is `ignored` or outside
 * of [0,C) has loss and gradient 0.
 */
export const rowLossLabelsKernel = defineKernel({
  name: 'row_loss_labels',
  wgsl,
  bindings: { ...rowLossKernel.bindings, targets: 'read u32' },
  params,
  constants: (p) => ({ KIND: p.kind, PREPARATION: p.preparation, LABELS: true }),
  workgroups: (p) => linearGrid(p.rows, 64),
  reference: (tensors, p) =>
    rowLosses(
      tensors,
      p,
      (row, column) => (tensors.targets[row] === column ? 1 : 0),
      (row) => tensors.targets[row] < p.columns && tensors.targets[row] !== p.ignored,
    ),
  cost,
});

function cost(p: Params) {
  return { flops: 20 * p.rows * p.columns, bytes: 4 * p.rows * p.columns * (p.gradient === 1 ? 3 : 2) };
}

function rowLosses(
  t: Rows,
  p: Params,
  given: (row: number, column: number) => number,
  labelled = (_row: number): boolean => true,
): void {
  for (let row = 0; row < p.rows; row++) {
    const first = row * p.columns;
    if ((p.masked === 1 && t.mask[row] === 0) || !labelled(row)) {
      t.loss[row] = 0;
      if (p.gradient === 1) t.slopes.fill(0, first, first + p.columns);
      continue;
    }
    const x = Float64Array.from(t.prediction.subarray(first, first + p.columns));
    const targets = x.map((_, column) => p.kept * given(row, column) + p.shift);
    const weights = x.map((_, column) => (p.weighted === 1 ? t.class_weight[column] : 1));
    const { loss, slopes } = rowLossOf(x, targets, weights, p);
    t.loss[row] = loss;
    if (p.gradient === 0) continue;
    const weight = p.row_weighted === 1 ? t.row_weight[row] : 1;
    const scale = t.total[0] === 0 ? 0 : weight / t.total[0];
    for (let column = 0; column < p.columns; column++) t.slopes[first + column] = scale * slopes[column];
  }
}

function rowLossOf(
  x: Float64Array,
  given: Float64Array,
  weights: Float64Array,
  p: Params,
): { loss: number; slopes: Float64Array } {
  if (p.kind === rowLossKinds.softened) return softenedLoss(x, given, p.alpha);
  if (p.kind === rowLossKinds.cosine) return cosineLoss(x, given);
  if (p.kind === rowLossKinds.categoricalHinge) return categoricalHingeLoss(x, given);
  const { value, slope, mean } = elementLosses[p.kind];
  const o = prepared(x, p);
  const C = x.length;
  const part = mean ? 1 / C : 1;
  const numbers = (column: number) => ({ alpha: p.alpha, gamma: p.gamma, weight: weights[column] });
  let loss = 0;
  for (let column = 0; column < C; column++) loss += part * value(given[column], o[column], numbers(column));
  const slopes = o.map((_, column) => part * slope(given[column], o[column], numbers(column)));
  if (p.preparation === preparations.none) return { loss, slopes };
  let inner = 0;
  for (let column = 0; column < C; column++) inner += slopes[column] * o[column];
  let sum = 0;
  for (let column = 0; column < C; column++) sum += x[column];
  const through = slopes.map((d, column) => {
    if (p.preparation === preparations.sum) return (d - inner) / sum;
    if (p.preparation === preparations.sigmoid) return d * o[column] * (1 - o[column]);
    return o[column] * (d - inner);
  });
  return { loss, slopes: through };
}

function prepared(x: Float64Array, p: Params): Float64Array {
  if (p.preparation === preparations.none) return x;
  if (p.preparation === preparations.sigmoid) return x.map((value) => 1 / (1 + Math.exp(-value)));
  if (p.preparation === preparations.softmax) return logSoftmax(x, 1).map(Math.exp);
  let sum = 0;
  for (const value of x) sum += value;
  return x.map((value) => value / sum);
}

/** log softmax(x/T). */
function logSoftmax(x: Float64Array, temperature: number): Float64Array {
  const { largest, sum } = rowSoftmax(
    x.map((value) => value / temperature),
    0,
    x.length,
  );
  return x.map((value) => value / temperature - largest - Math.log(sum));
}

/** T²·KL(softmax(t/T), softmax(x/T)), Hinton et al. 2015. */
function softenedLoss(x: Float64Array, t: Float64Array, T: number): { loss: number; slopes: Float64Array } {
  const ours = logSoftmax(x, T);
  const teacher = logSoftmax(t, T);
  let loss = 0;
  for (let column = 0; column < x.length; column++) {
    loss += T * T * Math.exp(teacher[column]) * (teacher[column] - ours[column]);
  }
  return { loss, slopes: ours.map((value, column) => T * (Math.exp(value) - Math.exp(teacher[column]))) };
}

/** -cos(t, x), with lengths of at least 1e-7. */
function cosineLoss(x: Float64Array, t: Float64Array): { loss: number; slopes: Float64Array } {
  let xx = 0;
  let tt = 0;
  let tx = 0;
  for (let column = 0; column < x.length; column++) {
    xx += x[column] ** 2;
    tt += t[column] ** 2;
    tx += t[column] * x[column];
  }
  const ix = 1 / Math.max(Math.sqrt(xx), 1e-7);
  const it = 1 / Math.max(Math.sqrt(tt), 1e-7);
  const cosine = tx * ix * it;
  const along = xx > 1e-14 ? cosine * ix * ix : 0;
  return { loss: -cosine, slopes: x.map((value, column) => along * value - t[column] * it * ix) };
}

/** max(0, 1 + max((1-t)·x) - Σ t·x). */
function categoricalHingeLoss(x: Float64Array, t: Float64Array): { loss: number; slopes: Float64Array } {
  let positive = 0;
  let worst = 0;
  for (let column = 0; column < x.length; column++) {
    positive += t[column] * x[column];
    if ((1 - t[column]) * x[column] > (1 - t[worst]) * x[worst]) worst = column;
  }
  const loss = Math.max(0, 1 + (1 - t[worst]) * x[worst] - positive);
  // NaN, unlike a row that is right by a margin, passes.
  const counts = loss === 0 ? 0 : 1;
  const slopes = t.map((target, column) => counts * ((column === worst ? 1 - target : 0) - target));
  return { loss, slopes };
}

export interface RowLossOptions {
  kind: RowLossKind;
  preparation?: Preparation | undefined;
  /** [M,C] */
  prediction: Tensor;
  /** [M,C] f32, or labels [M] u32 */
  targets: Tensor;
  /** [1] */
  total: Tensor;
  /** [M,C], written; left out where no gradient is wanted */
  slopes?: Tensor | undefined;
  /** [M], written */
  loss: Tensor;
  rows: number;
  columns: number;
  /** [C] */
  classWeight?: Tensor | undefined;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [M] u32 */
  mask?: Tensor | undefined;
  ignored?: number | undefined;
  /** What is left of a target, and what is added to it: label smoothing. */
  kept?: number | undefined;
  shift?: number | undefined;
  alpha?: number | undefined;
  gamma?: number | undefined;
}

/** Emits the loss of each row and, where asked, the gradient over the predictions. */
export function rowLoss(b: Builder, options: RowLossOptions): void {
  const { kind, preparation = 'none', prediction, targets, total, slopes, loss, rows, columns } = options;
  const {
    classWeight,
    rowWeight,
    mask,
    ignored = NO_LABEL,
    kept = 1,
    shift = 0,
    alpha = 0,
    gamma = 0,
  } = options;
  const labels = targets.dtype === 'u32';
  b.dispatch(
    // The two differ in the type of one binding, which dispatch checks.
    (labels ? rowLossLabelsKernel : rowLossKernel) as typeof rowLossKernel,
    {
      prediction,
      targets,
      class_weight: classWeight ?? nothing(b),
      row_weight: rowWeight ?? nothing(b),
      mask: mask ?? nothing(b, 'u32'),
      total,
      slopes: slopes ?? b.once('no slopes', () => b.scratch('no slopes', [4])),
      loss,
    },
    {
      rows,
      columns,
      kind: rowLossKinds[kind],
      preparation: preparations[preparation],
      weighted: classWeight ? 1 : 0,
      row_weighted: rowWeight ? 1 : 0,
      masked: mask ? 1 : 0,
      ignored,
      gradient: slopes ? 1 : 0,
      kept,
      shift,
      alpha,
      gamma,
    },
  );
}
