// Layer normalisation of rows forward.
import wgsl from '../../shaders/layer_norm_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';

/**
 * y[row,:] = (x[row,:] - mean)·rstd∘gamma + beta with rstd = 1/sqrt(variance + epsilon), the variance over `cols`.
 *
 * Ba, Kiros and Hinton 2016. x, y: rows `stride` apart; gamma, beta [cols]; stats [rows,2] gets mean and rstd.
 */
export const layerNormForwardKernel = defineKernel({
  name: 'layer_norm_forward',
  wgsl,
  bindings: { x: 'read', gamma: 'read', beta: 'read', y: 'write', stats: 'write' },
  params: {
    rows: 'u32',
    cols: 'u32',
    stride: 'u32',
    scaled: 'u32',
    shifted: 'u32',
    epsilon: 'f32',
    x_offset: 'u32',
    gamma_offset: 'u32',
    beta_offset: 'u32',
    y_offset: 'u32',
    stats_offset: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, gamma, beta, y, stats }, p) {
    for (let row = 0; row < p.rows; row++) {
      const first = p.x_offset + row * p.stride;
      let mean = 0;
      for (let col = 0; col < p.cols; col++) mean += x[first + col] / p.cols;
      let variance = 0;
      for (let col = 0; col < p.cols; col++) variance += (x[first + col] - mean) ** 2 / p.cols;
      const rstd = 1 / Math.sqrt(variance + p.epsilon);
      for (let col = 0; col < p.cols; col++) {
        const gain = p.scaled === 1 ? gamma[p.gamma_offset + col] : 1;
        const shift = p.shifted === 1 ? beta[p.beta_offset + col] : 0;
        y[p.y_offset + row * p.stride + col] = (x[first + col] - mean) * rstd * gain + shift;
      }
      stats[p.stats_offset + 2 * row] = mean;
      stats[p.stats_offset + 2 * row + 1] = rstd;
    }
  },
  cost: (p) => ({ flops: 8 * p.rows * p.cols, bytes: 8 * p.rows * p.cols }),
});

export interface LayerNormOptions {
  rows: number;
  cols: number;
  /** Elements from one row to the next; default `cols`. */
  stride?: number;
  /** [cols] */
  gamma: Tensor | undefined;
  epsilon: number;
}

/** Emits y = LN(x)∘gamma + beta for rows of x and y that lie alike; stats [rows,2] is for the way back. */
export function layerNormForward(
  b: Builder,
  options: LayerNormOptions & { x: Tensor; beta: Tensor | undefined; y: Tensor; stats: Tensor },
): void {
  const { x, y, stats, gamma, beta, rows, cols, stride = cols, epsilon } = options;
  b.dispatch(
    layerNormForwardKernel,
    { x, gamma: gamma ?? nothing(b), beta: beta ?? nothing(b), y, stats },
    { rows, cols, stride, scaled: gamma ? 1 : 0, shifted: beta ? 1 : 0, epsilon },
  );
}
