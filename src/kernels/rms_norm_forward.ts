// Normalization of rows by their deviation or the root of their mean square; nothing is taken away.
import wgsl from '../../shaders/rms_norm_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';

/**
 * y[row,:] = x[row,:]·r∘gamma, r = 1/sqrt(mean((x - c)²) + epsilon), c the row's mean where centered is 1, else 0.
 *
 * Centered as Keras' rms_scaling; else as Zhang and Sennrich 2019. x, y [rows,cols]; gamma [cols]; stats [rows,2] gets
 * (0, r).
 */
export const rmsNormForwardKernel = defineKernel({
  name: 'rms_norm_forward',
  wgsl,
  bindings: { x: 'read', gamma: 'read', y: 'write', stats: 'write' },
  params: { rows: 'u32', cols: 'u32', centered: 'u32', scaled: 'u32', epsilon: 'f32', x_offset: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, gamma, y, stats }, p) {
    for (let row = 0; row < p.rows; row++) {
      const first = p.x_offset + row * p.cols;
      let mean = 0;
      for (let col = 0; col < p.cols; col++) mean += x[first + col] / p.cols;
      const center = p.centered === 1 ? mean : 0;
      let square = 0;
      for (let col = 0; col < p.cols; col++) square += (x[first + col] - center) ** 2 / p.cols;
      const r = 1 / Math.sqrt(square + p.epsilon);
      for (let col = 0; col < p.cols; col++) {
        y[row * p.cols + col] = x[first + col] * r * (p.scaled === 1 ? gamma[col] : 1);
      }
      stats[2 * row] = 0;
      stats[2 * row + 1] = r;
    }
  },
  cost: (p) => ({ flops: 6 * p.rows * p.cols, bytes: 8 * p.rows * p.cols }),
});

export interface RmsNormOptions {
  /** [...,cols] */
  x: Tensor;
  /** [cols] */
  gamma: Tensor | undefined;
  /** [rows,2] */
  stats: Tensor;
  cols: number;
  /** Whether the variance is taken, as Keras' rms_scaling does, or the mean square. */
  centered: boolean;
}

/** Emits y, of the size of x; stats is for the way back. */
export function rmsNormForward(b: Builder, options: RmsNormOptions & { y: Tensor; epsilon: number }): void {
  const { x, y, gamma, stats, cols, centered, epsilon } = options;
  b.dispatch(
    rmsNormForwardKernel,
    { x, gamma: gamma ?? nothing(b), y, stats },
    {
      rows: sizeOf(x.shape) / cols,
      cols,
      centered: centered ? 1 : 0,
      scaled: gamma ? 1 : 0,
      epsilon,
    },
  );
}
