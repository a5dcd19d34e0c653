// The running mean of the scores of rows: what most metrics are.
import wgsl from '../../shaders/score_sum.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { NO_LABEL } from './softmax_cross_entropy.ts';

/**
 * sums += (Σ w·score, Σ w) over the rows that count; score, row_weight [M], mask, labels [M] u32, sums [2]. A row counts
 * unless its mask is 0 or its label is `ignored` or outside of [0, classes).
 */
export const scoreSumKernel = defineKernel({
  name: 'score_sum',
  wgsl,
  bindings: { score: 'read', row_weight: 'read', mask: 'read u32', labels: 'read u32', sums: 'readwrite' },
  params: {
    rows: 'u32',
    classes: 'u32',
    labelled: 'u32',
    row_weighted: 'u32',
    masked: 'u32',
    ignored: 'u32',
  },
  workgroups: () => [1, 1, 1],
  reference({ score, row_weight, mask, labels, sums }, p) {
    for (let row = 0; row < p.rows; row++) {
      if (p.masked === 1 && mask[row] === 0) continue;
      if (p.labelled === 1 && (labels[row] >= p.classes || labels[row] === p.ignored)) continue;
      const weight = p.row_weighted === 1 ? row_weight[row] : 1;
      sums[0] += weight * score[row];
      sums[1] += weight;
    }
  },
  cost: (p) => ({ flops: 3 * p.rows, bytes: 8 * p.rows }),
});

export interface ScoreSumOptions {
  /** [M] */
  score: Tensor;
  /** [2], added to */
  sums: Tensor;
  /** [M] */
  rowWeight?: Tensor | undefined;
  /** [M] u32 */
  mask?: Tensor | undefined;
  /** Labels [M] u32 that decide what counts. */
  labels?: { labels: Tensor; classes: number; ignored?: number | undefined } | undefined;
}

/** Emits the running sums of scores and weights. */
export function scoreSum(b: Builder, { score, sums, rowWeight, mask, labels }: ScoreSumOptions): void {
  b.dispatch(
    scoreSumKernel,
    {
      score,
      row_weight: rowWeight ?? nothing(b),
      mask: mask ?? nothing(b, 'u32'),
      labels: labels?.labels ?? nothing(b, 'u32'),
      sums,
    },
    {
      rows: sizeOf(score.shape),
      classes: labels?.classes ?? 0,
      labelled: labels ? 1 : 0,
      row_weighted: rowWeight ? 1 : 0,
      masked: mask ? 1 : 0,
      ignored: labels?.ignored ?? NO_LABEL,
    },
  );
}
