// Layer normalisation of rows backward; gradients of gamma and beta are column_product and column_sum.
import wgsl from '../../shaders/layer_norm_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import type { LayerNormOptions } from './layer_norm_forward.ts';
import { nothing } from './nothing.ts';

/**
 * dx[row,:] (+)= rstd·(g - mean(g) - x̂·mean(g∘x̂)), g = dy∘gamma and x̂ = (x - mean)·rstd.
 *
 * x, dy, dx: rows of `cols` elements `stride` apart; gamma [cols]; stats [rows,2] as layer_norm_forward left it.
 */
export const layerNormBackwardKernel = defineKernel({
  name: 'layer_norm_backward',
  wgsl,
  bindings: { x: 'read', gamma: 'read', stats: 'read', dy: 'read', dx: 'readwrite' },
  params: {
    rows: 'u32',
    cols: 'u32',
    stride: 'u32',
    scaled: 'u32',
    accumulate: 'u32',
    x_offset: 'u32',
    gamma_offset: 'u32',
    stats_offset: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, gamma, stats, dy, dx }, p) {
    for (let row = 0; row < p.rows; row++) {
      const mean = stats[p.stats_offset + 2 * row];
      const rstd = stats[p.stats_offset + 2 * row + 1];
      const at = row * p.stride;
      const gradient = (col: number) =>
        dy[p.dy_offset + at + col] * (p.scaled === 1 ? gamma[p.gamma_offset + col] : 1);
      const normal = (col: number) => (x[p.x_offset + at + col] - mean) * rstd;
      let meanGradient = 0;
      let meanProduct = 0;
      for (let col = 0; col < p.cols; col++) {
        meanGradient += gradient(col) / p.cols;
        meanProduct += (gradient(col) * normal(col)) / p.cols;
      }
      for (let col = 0; col < p.cols; col++) {
        const value = rstd * (gradient(col) - meanGradient - normal(col) * meanProduct);
        const to = p.dx_offset + at + col;
        dx[to] = p.accumulate === 1 ? dx[to] + value : value;
      }
    }
  },
  cost: (p) => ({ flops: 12 * p.rows * p.cols, bytes: 12 * p.rows * p.cols }),
});

/** Emits dx (+)= the gradient of LN(x)∘gamma + beta; x, dy and dx lie alike. */
export function layerNormBackward(
  b: Builder,
  options: Omit<LayerNormOptions, 'epsilon'> & {
    x: Tensor;
    stats: Tensor;
    dy: Tensor;
    dx: Tensor;
    accumulate: 0 | 1;
  },
): void {
  const { x, stats, dy, dx, gamma, rows, cols, stride = cols, accumulate } = options;
  b.dispatch(
    layerNormBackwardKernel,
    { x, gamma: gamma ?? nothing(b), stats, dy, dx },
    { rows, cols, stride, scaled: gamma ? 1 : 0, accumulate },
  );
}
