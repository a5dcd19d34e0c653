// Hits, predictions and occurrences of each class: what precision, recall and F1 are made of.
import wgsl from '../../shaders/label_counts.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';
import { NO_LABEL } from './softmax_cross_entropy.ts';

/**
 * counts[c] += (Σ w[row] of predicted = label = c, of predicted = c, of label = c); predicted, labels, mask [M] u32,
 * row_weight [M], counts [C,3]. Rows whose mask is 0, or whose label is `ignored` or outside of [0,C), do not count.
 */
export const labelCountsKernel = defineKernel({
  name: 'label_counts',
  wgsl,
  bindings: {
    predicted: 'read u32',
    labels: 'read u32',
    row_weight: 'read',
    mask: 'read u32',
    counts: 'readwrite',
  },
  params: { rows: 'u32', classes: 'u32', row_weighted: 'u32', masked: 'u32', ignored: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.classes, constants),
  reference({ predicted, labels, row_weight, mask, counts }, p) {
    for (let row = 0; row < p.rows; row++) {
      const label = labels[row];
      if (label >= p.classes || label === p.ignored || (p.masked === 1 && mask[row] === 0)) continue;
      const weight = p.row_weighted === 1 ? row_weight[row] : 1;
      if (predicted[row] === label) counts[3 * label] += weight;
      if (predicted[row] < p.classes) counts[3 * predicted[row] + 1] += weight;
      counts[3 * label + 2] += weight;
    }
  },
  cost: (p) => ({ flops: 3 * p.rows * p.classes, bytes: 8 * p.rows * p.classes }),
});

export interface LabelCountsOptions {
  /** [M] u32 */
  predicted: Tensor;
  /** [M] u32 */
  labels: Tensor;
  /** [C,3], added to */
  counts: Tensor;
  rows: number;
  classes: number;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [M] u32 */
  mask?: Tensor | undefined;
  ignored?: number | undefined;
}

/** Emits the counting of classes. */
export function labelCounts(b: Builder, options: LabelCountsOptions): void {
  const { predicted, labels, counts, rows, classes, rowWeight, mask, ignored = NO_LABEL } = options;
  b.dispatch(
    labelCountsKernel,
    {
      predicted,
      labels,
      row_weight: rowWeight ?? nothing(b),
      mask: mask ?? nothing(b, 'u32'),
      counts,
    },
    { rows, classes, row_weighted: rowWeight ? 1 : 0, masked: mask ? 1 : 0, ignored },
  );
}
