// Softmax cross entropy with target distributions: loss of each row, and the gradient in the same dispatch.
import wgsl from '../../shaders/softmax_cross_entropy_soft.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';
import type { SoftmaxCrossEntropyOptions } from './softmax_cross_entropy.ts';
import { rowSoftmax } from './softmax_row.ts';

/**
 * loss[row] = -Σ q_c·log softmax(x)_c with q_c = w_c·((1-s)·t_c + s/V), as torch.nn.functional.cross_entropy with
 * class probabilities t, class weights w and label smoothing s; where `gradient` is 1,
 * logits[row,c] = (softmax(x)_c·Σq - q_c)·row_weight[row]/total.
 *
 * targets, logits [M,V], class_weight [V], row_weight [M], mask [M], total [1], loss [M].
 * Rows whose mask is 0 have loss 0 and gradient 0; so has every row where total is 0.
 */
export const softmaxCrossEntropySoftKernel = defineKernel({
  name: 'softmax_cross_entropy_soft',
  wgsl,
  bindings: {
    targets: 'read',
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
    gradient: 'u32',
    smoothing: 'f32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ targets, class_weight, row_weight, mask, total, logits, loss }, p) {
    const V = p.classes;
    for (let row = 0; row < p.rows; row++) {
      const first = row * V;
      if (p.masked === 1 && mask[row] === 0) {
        loss[row] = 0;
        if (p.gradient === 1) logits.fill(0, first, first + V);
        continue;
      }
      const q = (col: number) =>
        (p.weighted === 1 ? class_weight[col] : 1) *
        ((1 - p.smoothing) * targets[first + col] + p.smoothing / V);
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
    flops: p.rows * p.classes * (p.gradient === 1 ? 16 : 9),
    bytes: 4 * p.rows * p.classes * (p.gradient === 1 ? 5 : 2),
  }),
});

export interface SoftmaxCrossEntropySoftOptions
  extends Omit<SoftmaxCrossEntropyOptions, 'labels' | 'ignored'> {
  /** [M,V]: a distribution in each row */
  targets: Tensor;
}

/** Emits the loss of each row and, where asked, the gradient over the logits. */
export function softmaxCrossEntropySoft(b: Builder, options: SoftmaxCrossEntropySoftOptions): void {
  const { logits, targets, total, loss, rows, classes, classWeight, rowWeight, mask, gradient } = options;
  b.dispatch(
    softmaxCrossEntropySoftKernel,
    {
      targets,
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
      gradient,
      smoothing: options.smoothing ?? 0,
    },
  );
}
