// Softmax cross entropy with labels: loss of each row, and the gradient over the logits in the same dispatch.
import wgsl from '../../shaders/softmax_cross_entropy.wgsl?raw';
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
    ...crossEntropyBindings,
  },
  params: { ...crossEntropyParams, ignored: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ labels, class_weight, mask, ...rows }, p) {
    const V = p.classes;
    const weight = (col: number) => (p.weighted === 1 ? class_weight[col] : 1);
    for (let row = 0; row < p.rows; row++) {
      const label = labels[row];
      const ignored = label >= V || label === p.ignored || (p.masked === 1 && mask[row] === 0);
      const q = (col: number) => weight(col) * ((col === label ? 1 - p.smoothing : 0) + p.smoothing / V);
      crossEntropyRow(rows, p, row, ignored ? undefined : q);
    }
  },
  cost: (p) => ({
    flops: p.rows * p.classes * (p.gradient === 1 ? 10 : 5),
    bytes: 4 * p.rows * p.classes * (p.gradient === 1 ? 3 : 1),
  }),
});

export interface SoftmaxCrossEntropyOptions extends CrossEntropyOptions {
  /** [M] u32 */
  labels: Tensor;
  /** The label that does not count, as u32; by default the largest u32. */
  ignored?: number;
}

/** The label no row has: every label outside [0,V) counts as ignored. */
export const NO_LABEL = 0xffffffff;

/** Emits the loss of each row and, where asked, the gradient over the logits. */
export function softmaxCrossEntropy(b: Builder, options: SoftmaxCrossEntropyOptions): void {
  b.dispatch(
    softmaxCrossEntropyKernel,
    { labels: options.labels, ...crossEntropyTensors(b, options) },
    { ...crossEntropyValues(options), ignored: options.ignored ?? NO_LABEL },
  );
}
