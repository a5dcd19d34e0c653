// How much of a row is on the right side of a threshold.
import wgsl from '../../shaders/threshold_match.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/** score[row] = mean over the columns of [target = [x > threshold]]; x, targets [M,C], score [M]. */
export const thresholdMatchKernel = defineKernel({
  name: 'threshold_match',
  wgsl,
  bindings: { x: 'read', targets: 'read', score: 'write' },
  params: { rows: 'u32', columns: 'u32', threshold: 'f32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ x, targets, score }, p) {
    for (let row = 0; row < p.rows; row++) {
      let hits = 0;
      for (let column = 0; column < p.columns; column++) {
        const at = row * p.columns + column;
        if (targets[at] === (x[at] > p.threshold ? 1 : 0)) hits++;
      }
      score[row] = hits / p.columns;
    }
  },
  cost: (p) => ({ flops: 2 * p.rows * p.columns, bytes: 8 * p.rows * p.columns }),
});

export interface ThresholdMatchOptions {
  /** [M,C] */
  x: Tensor;
  /** [M,C] of 0 and 1 */
  targets: Tensor;
  /** [M], written */
  score: Tensor;
  rows: number;
  columns: number;
  threshold: number;
}

/** Emits how much of each row is on the right side. */
export function thresholdMatch(b: Builder, options: ThresholdMatchOptions): void {
  const { x, targets, score, ...params } = options;
  b.dispatch(thresholdMatchKernel, { x, targets, score }, params);
}
