// What flows into the statistics of batch normalization: the gradients of gamma and beta.
import wgsl from '../../shaders/batch_norm_sums.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { slicesFor } from './column_sum.ts';
import { inSlices } from './slices.ts';

/**
 * sums[z] [2,cols] = (Σ dy·(x - mean)·r, Σ dy) of each column over the rows of slice z.
 *
 * x, dy [rows,cols]; statistics [3,cols] = (mean, r, count).
 */
export const batchNormSumsKernel = defineKernel({
  name: 'batch_norm_sums',
  wgsl,
  bindings: { x: 'read', dy: 'read', statistics: 'read', sums: 'write' },
  params: { rows: 'u32', cols: 'u32', slice: 'u32', x_offset: 'u32', dy_offset: 'u32' },
  workgroups: (p) => [Math.ceil(p.cols / 64), 1, Math.ceil(p.rows / p.slice)],
  reference({ x, dy, statistics, sums }, p) {
    for (let z = 0; z * p.slice < p.rows; z++) {
      const last = Math.min((z + 1) * p.slice, p.rows);
      for (let col = 0; col < p.cols; col++) {
        let products = 0;
        let sum = 0;
        for (let row = z * p.slice; row < last; row++) {
          const g = dy[p.dy_offset + row * p.cols + col];
          products += g * (x[p.x_offset + row * p.cols + col] - statistics[col]);
          sum += g;
        }
        sums[z * 2 * p.cols + col] = products * statistics[p.cols + col];
        sums[z * 2 * p.cols + p.cols + col] = sum;
      }
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.cols, bytes: 8 * p.rows * p.cols }),
});

export interface BatchNormSums {
  /** [...,cols] */
  x: Tensor;
  dy: Tensor;
  /** [3,cols] */
  statistics: Tensor;
  cols: number;
}

/** Emits the sums over all rows and returns them, [2,cols]. */
export function batchNormSums(b: Builder, { x, dy, statistics, cols }: BatchNormSums): Tensor {
  const rows = sizeOf(x.shape) / cols;
  const slice = Math.ceil(rows / slicesFor(b.limits, rows, cols));
  const slices = Math.ceil(rows / slice);
  const to = b.scratch('sums', [2, cols]);
  const write = (sums: Tensor) =>
    b.dispatch(batchNormSumsKernel, { x, dy, statistics, sums }, { rows, cols, slice });
  const results = [{ first: 0, rows: 2, cols, to, lines: cols, accumulate: 0 as const }];
  if (slices === 1) write(to);
  else inSlices(b, { slices, size: 2 * cols, results }, write);
  return to;
}
