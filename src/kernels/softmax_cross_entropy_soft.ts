// Softmax cross entropy with target distributions: loss of each row, and the gradient in the same dispatch.
import wgsl from '../../shaders/softmax_cross_entropy_soft.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import {
  type CrossEntropyOptions,
  crossEntropyBindings,
  crossEntropyParams,
  crossEntropyRow,
  crossEntropyTensors,
  crossEntropyValues,
} from './cross_entropy_rows.ts';
import { rowConstants, rowGrid } from './each_row.ts';

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
    ...crossEntropyBindings,
  },
  params: crossEntropyParams,
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ targets, class_weight, mask, ...rows }, p) {
    const V = p.classes;
    const weight = (col: number) => (p.weighted === 1 ? class_weight[col] : 1);
    for (let row = 0; row < p.rows; row++) {
      const q = (col: number) => weight(col) * ((1 - p.smoothing) * targets[row * V + col] + p.smoothing / V);
      crossEntropyRow(rows, p, row, p.masked === 1 && mask[row] === 0 ? undefined : q);
    }
  },
  cost: (p) => ({
    flops: p.rows * p.classes * (p.gradient === 1 ? 16 : 9),
    bytes: 4 * p.rows * p.classes * (p.gradient === 1 ? 5 : 2),
  }),
});

export interface SoftmaxCrossEntropySoftOptions extends CrossEntropyOptions {
  /** [M,V]: a distribution in each row */
  targets: Tensor;
}

/** Emits the loss of each row and, where asked, the gradient over the logits. */
export function softmaxCrossEntropySoft(b: Builder, options: SoftmaxCrossEntropySoftOptions): void {
  b.dispatch(
    softmaxCrossEntropySoftKernel,
    { targets: options.targets, ...crossEntropyTensors(b, options) },
    crossEntropyValues(options),
  );
}
