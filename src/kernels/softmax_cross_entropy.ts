// Softmax cross entropy with labels: loss of each row, and the gradient over the logits in the same dispatch.
import wgsl from '../../shaders/softmax_cross_entropy.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';
import { rowSoftmax } from './softmax_row.ts';

/**
 * loss[row] = -Σ q_c·log softmax(x)_c with q_c = w_c·((1-s)·[c = label] + s/V), as torch.nn.functional.cross_entropy
 * with reduction 'none', class weights w and label smoothing s; where `gradient` is 1,
 * logits[row,c] = (softmax(x)_c·Σq - q_c)·row_weight[row]/total.
 *
 * labels [M], logits [M,V], class_weight [V], row_weight [M], mask [M], total [1], loss [M]. Rows whose label is
 * `ignored` or outside [0,V), or whose mask is 0, have loss 0 and gradient 0; so has every row where total is 0.
 */
export const softmaxCrossEntropyKernel = defineKernel({
  name: 'softmax_cross_entropy',
  wgsl,
  bindings: {
    labels: 'read u32',
    class_weight: 'read',
    row_weight: 'read',
    mask: 'read u32',
    total: 'read',
    logits: 'readwrite',
    loss: 'write',
  },
  params: {
    rows: 'u32',
    classes: 'u32',
    weighted: 'u32',
    row_weighted: 'u32',
    masked: 'u32',
    ignored: 'u32',
    gradient: 'u32',
    smoothing: 'f32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ labels, class_weight, row_weight, mask, total, logits, loss }, p) {
    const V = p.classes;
    const weight = (col: number) => (p.weighted === 1 ? class_weight[col] : 1);
    for (let row = 0; row < p.rows; row++) {
      const first = row * V;
      const label = labels[row];
      const masked = p.masked === 1 && mask[row] === 0;
      if (label >= V || label === p.ignored || masked) {
        loss[row] = 0;
        if (p.gradient === 1) logits.fill(0, first, first + V);
        continue;
      }
      const q = (col: number) => weight(col) * ((col === label ? 1 - p.smoothing : 0) + p.smoothing / V);
      const { largest, sum } = rowSoftmax(logits, first, V);
      let rowLoss = 0;
      let qSum = 0;
      for (let col = 0; col < V; col++) {
        rowLoss += q(col) * (Math.log(sum) - (logits[first + col] - largest));
        qSum += q(col);
      }
      loss[row] = rowLoss;
      if (p.gradient === 0) continue;
      const rowWeight = p.row_weighted === 1 ? row_weight[row] : 1;
      const scale = total[0] === 0 ? 0 : rowWeight / total[0];
      for (let col = 0; col < V; col++) {
        const at = first + col;
        logits[at] = scale * ((Math.exp(logits[at] - largest) / sum) * qSum - q(col));
      }
    }
  },
  cost: (p) => ({
    flops: p.rows * p.classes * (p.gradient === 1 ? 10 : 5),
    bytes: 4 * p.rows * p.classes * (p.gradient === 1 ? 3 : 1),
  }),
});

export interface SoftmaxCrossEntropyOptions {
  /** [M,V]; overwritten by the gradient where `gradient` is 1 */
  logits: Tensor;
  /** [M] u32 */
  labels: Tensor;
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
  /** The label that does not count, as u32; by default the largest u32. */
  ignored?: number;
  smoothing?: number;
  gradient: 0 | 1;
}

/** The label no row has: every label outside [0,V) counts as ignored. */
export const NO_LABEL = 0xffffffff;

/** Emits the loss of each row and, where asked, the gradient over the logits. */
export function softmaxCrossEntropy(b: Builder, options: SoftmaxCrossEntropyOptions): void {
  const { logits, labels, total, loss, rows, classes, classWeight, rowWeight, mask, gradient } = options;
  b.dispatch(
    softmaxCrossEntropyKernel,
    {
      labels,
      class_weight: classWeight ?? nothing(b),
      row_weight: rowWeight ?? nothing(b),
      mask: mask ?? nothing(b, 'u32'),
      total,
      logits,
      loss,
    },
    {
      rows,
      classes,
      weighted: classWeight ? 1 : 0,
      row_weighted: rowWeight ? 1 : 0,
      masked: mask ? 1 : 0,
      ignored: options.ignored ?? NO_LABEL,
      gradient,
      smoothing: options.smoothing ?? 0,
    },
  );
}
