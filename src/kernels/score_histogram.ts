// Positives and negatives by their score: what precision and recall at thresholds, and the area under curves, are made of.
import wgsl from '../../shaders/score_histogram.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';

/**
 * counts[column, bin] += (Σ w·t, Σ w·(1-t)) of the rows whose score lies in the bin: of two bins those up to `threshold`
 * and above it, of more bin max(ceil(s·(bins-1)) - 1, 0), s being x, or sigmoid(x) where `logits` is 1, kept in [0,1].
 *
 * x, targets [M,C], row_weight, mask [M/share], counts [C,bins,2]. Rows whose mask is 0 do not count.
 */
export const scoreHistogramKernel = defineKernel({
  name: 'score_histogram',
  wgsl,
  bindings: { x: 'read', targets: 'read', row_weight: 'read', mask: 'read u32', counts: 'readwrite' },
  params: {
    rows: 'u32',
    columns: 'u32',
    bins: 'u32',
    share: 'u32',
    row_weighted: 'u32',
    masked: 'u32',
    logits: 'u32',
    threshold: 'f32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.columns * p.bins, constants),
  reference({ x, targets, row_weight, mask, counts }, p) {
    for (let row = 0; row < p.rows; row++) {
      const shared = Math.floor(row / p.share);
      if (p.masked === 1 && mask[shared] === 0) continue;
      const weight = p.row_weighted === 1 ? row_weight[shared] : 1;
      for (let column = 0; column < p.columns; column++) {
        const at = row * p.columns + column;
        const cell = column * p.bins + binOf(x[at], p);
        counts[2 * cell] += weight * targets[at];
        counts[2 * cell + 1] += weight * (1 - targets[at]);
      }
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.columns * p.bins, bytes: 8 * p.rows * p.columns * p.bins }),
});

function binOf(x: number, p: { bins: number; logits: number; threshold: number }): number {
  if (p.bins === 2) return x > p.threshold ? 1 : 0;
  const score = p.logits === 1 ? 1 / (1 + Math.exp(-x)) : x;
  return Math.max(Math.ceil(Math.min(Math.max(score, 0), 1) * (p.bins - 1)) - 1, 0);
}

export interface ScoreHistogramOptions {
  /** [M,C] */
  x: Tensor;
  /** [M,C] */
  targets: Tensor;
  /** [C,bins,2], added to */
  counts: Tensor;
  rows: number;
  columns: number;
  bins: number;
  /** How many rows have one weight and mask; default 1. */
  share?: number;
  threshold?: number;
  logits?: boolean;
  /** [M/share] */
  rowWeight?: Tensor | undefined;
  /** [M/share] u32 */
  mask?: Tensor | undefined;
}

/** Emits the histogram of scores. */
export function scoreHistogram(b: Builder, options: ScoreHistogramOptions): void {
  const {
    x,
    targets,
    counts,
    rows,
    columns,
    bins,
    share = 1,
    threshold = 0,
    logits,
    rowWeight,
    mask,
  } = options;
  b.dispatch(
    scoreHistogramKernel,
    { x, targets, row_weight: rowWeight ?? nothing(b), mask: mask ?? nothing(b, 'u32'), counts },
    {
      rows,
      columns,
      bins,
      share,
      row_weighted: rowWeight ? 1 : 0,
      masked: mask ? 1 : 0,
      logits: logits ? 1 : 0,
      threshold,
    },
  );
}
