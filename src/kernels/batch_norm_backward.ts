// The gradient of batch normalization for what went in, statistics included.
import wgsl from '../../shaders/batch_norm_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * dx (+)= gamma·r·(dy - w·(Σ dy + z·Σ dy·z) / count), z = (x - mean)·r, the sums over a column.
 *
 * w is 1 in the rows that counted, else 0; where count is 0 the statistics were given and dx is gamma·r·dy. x, dy, dx
 * [rows,cols]; statistics [3,cols] = (mean, r, count); sums [2,cols] = (Σ dy·z, Σ dy); gamma [cols] where scale is 1;
 * mask [rows / repeats] where masked is 1.
 */
export const batchNormBackwardKernel = defineKernel({
  name: 'batch_norm_backward',
  wgsl,
  bindings: {
    x: 'read',
    dy: 'read',
    statistics: 'read',
    sums: 'read',
    gamma: 'read',
    mask: 'read u32',
    dx: 'readwrite',
  },
  params: {
    rows: 'u32',
    cols: 'u32',
    scale: 'u32',
    masked: 'u32',
    repeats: 'u32',
    accumulate: 'u32',
    x_offset: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.rows * p.cols, 64),
  reference({ x, dy, statistics, sums, gamma, mask, dx }, p) {
    for (let i = 0; i < p.rows * p.cols; i++) {
      const col = i % p.cols;
      const reciprocal = statistics[p.cols + col];
      const count = statistics[2 * p.cols + col];
      const counted =
        count > 0 && (p.masked === 0 || mask[Math.floor(Math.floor(i / p.cols) / p.repeats)] !== 0);
      let value = dy[p.dy_offset + i];
      if (counted) {
        const z = (x[p.x_offset + i] - statistics[col]) * reciprocal;
        value -= (sums[p.cols + col] + z * sums[col]) / count;
      }
      value *= reciprocal * (p.scale === 1 ? gamma[col] : 1);
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 8 * p.rows * p.cols, bytes: 12 * p.rows * p.cols }),
});

export interface BatchNormBackward {
  /** [...,cols] */
  x: Tensor;
  dy: Tensor;
  /** [3,cols] */
  statistics: Tensor;
  /** [2,cols] = (Σ dy·z, Σ dy) */
  sums: Tensor;
  gamma: Tensor | undefined;
  mask: Tensor | undefined;
  /** of the size of x, written or added to */
  dx: Tensor;
  accumulate: 0 | 1;
  cols: number;
}

/** Emits the gradient for x. */
export function batchNormBackward(b: Builder, options: BatchNormBackward): void {
  const { x, dy, statistics, sums, gamma, mask, dx, accumulate, cols } = options;
  const rows = sizeOf(x.shape) / cols;
  b.dispatch(
    batchNormBackwardKernel,
    { x, dy, statistics, sums, gamma: gamma ?? nothing(b), mask: mask ?? nothing(b, 'u32'), dx },
    {
      ...{ rows, cols, accumulate, scale: gamma ? 1 : 0 },
      ...{ masked: mask ? 1 : 0, repeats: mask ? rows / sizeOf(mask.shape) : 1 },
    },
  );
}
