// The gradient of the normalization by a deviation or a root mean square; that of gamma is column_product.
import wgsl from '../../shaders/rms_norm_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';
import type { RmsNormOptions } from './rms_norm_forward.ts';

/**
 * dx[row,:] (+)= r·g - r³·(x - c)·mean(g∘x), g = dy∘gamma, with r and c of rms_norm_forward.
 *
 * x, dy, dx [rows,cols]; gamma [cols]; stats [rows,2] = (0, r).
 */
export const rmsNormBackwardKernel = defineKernel({
  name: 'rms_norm_backward',
  wgsl,
  bindings: { x: 'read', dy: 'read', gamma: 'read', stats: 'read', dx: 'readwrite' },
  params: {
    rows: 'u32',
    cols: 'u32',
    centered: 'u32',
    scaled: 'u32',
    accumulate: 'u32',
    x_offset: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, dy, gamma, stats, dx }, p) {
    for (let row = 0; row < p.rows; row++) {
      const first = p.x_offset + row * p.cols;
      const r = stats[2 * row + 1];
      const gradient = (col: number) =>
        dy[p.dy_offset + row * p.cols + col] * (p.scaled === 1 ? gamma[col] : 1);
      let mean = 0;
      let meanProduct = 0;
      for (let col = 0; col < p.cols; col++) {
        mean += x[first + col] / p.cols;
        meanProduct += (gradient(col) * x[first + col]) / p.cols;
      }
      const center = p.centered === 1 ? mean : 0;
      for (let col = 0; col < p.cols; col++) {
        const value = r * gradient(col) - r ** 3 * (x[first + col] - center) * meanProduct;
        const at = p.dx_offset + row * p.cols + col;
        dx[at] = p.accumulate === 1 ? dx[at] + value : value;
      }
    }
  },
  cost: (p) => ({ flops: 9 * p.rows * p.cols, bytes: 12 * p.rows * p.cols }),
});

/** Emits dx (+)= the gradient for x; stats is what the forward kernel left. */
export function rmsNormBackward(
  b: Builder,
  options: RmsNormOptions & { dy: Tensor; dx: Tensor; accumulate: 0 | 1 },
): void {
  const { x, dy, gamma, stats, dx, accumulate, cols, centered } = options;
  b.dispatch(
    rmsNormBackwardKernel,
    { x, dy, gamma: gamma ?? nothing(b), stats, dx },
    {
      rows: sizeOf(x.shape) / cols,
      cols,
      centered: centered ? 1 : 0,
      scaled: gamma ? 1 : 0,
      accumulate,
    },
  );
}
