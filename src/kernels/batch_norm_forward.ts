// Batch normalization, given the statistics of its columns.
import wgsl from '../../shaders/batch_norm_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * y = (x - mean)·r·gamma + beta, with mean and r of the column (Ioffe and Szegedy 2015).
 *
 * x, y [rows,cols]; statistics [3,cols] = (mean, r, count); gamma and beta [cols] are read where scale and center are 1.
 */
export const batchNormForwardKernel = defineKernel({
  name: 'batch_norm_forward',
  wgsl,
  bindings: { x: 'read', statistics: 'read', gamma: 'read', beta: 'read', y: 'write' },
  params: { rows: 'u32', cols: 'u32', scale: 'u32', center: 'u32', x_offset: 'u32' },
  workgroups: (p) => linearGrid(p.rows * p.cols, 64),
  reference({ x, statistics, gamma, beta, y }, p) {
    for (let i = 0; i < p.rows * p.cols; i++) {
      const col = i % p.cols;
      let value = (x[p.x_offset + i] - statistics[col]) * statistics[p.cols + col];
      if (p.scale === 1) value *= gamma[col];
      if (p.center === 1) value += beta[col];
      y[i] = value;
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.cols, bytes: 8 * p.rows * p.cols }),
});

export interface BatchNormForward {
  /** [...,cols] */
  x: Tensor;
  y: Tensor;
  /** [3,cols] */
  statistics: Tensor;
  gamma: Tensor | undefined;
  beta: Tensor | undefined;
  cols: number;
}

/** Emits y. */
export function batchNormForward(b: Builder, options: BatchNormForward): void {
  const { x, y, statistics, gamma, beta, cols } = options;
  b.dispatch(
    batchNormForwardKernel,
    { x, statistics, gamma: gamma ?? nothing(b), beta: beta ?? nothing(b), y },
    { rows: sizeOf(x.shape) / cols, cols, scale: gamma ? 1 : 0, center: beta ? 1 : 0 },
  );
}
