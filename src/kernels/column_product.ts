// Column sums of an elementwise product: gradients of weights that multiply unit by unit, such as gains and peepholes.
import wgsl from '../../shaders/column_product.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { slicesFor } from './column_sum.ts';
import { nothing } from './nothing.ts';
import { inSlices } from './slices.ts';

/**
 * to[z·cols + col] (+)= sum of left[row,col]·right[row,col] over the rows of slice z.
 *
 * Where `normalized` is 1, right counts as (right - mean)·rstd with stats [rows,2] of layer_norm_forward.
 */
export const columnProductKernel = defineKernel({
  name: 'column_product',
  wgsl,
  bindings: { left: 'read', right: 'read', stats: 'read', to: 'readwrite' },
  params: {
    rows: 'u32',
    cols: 'u32',
    left_stride: 'u32',
    right_stride: 'u32',
    slice: 'u32',
    normalized: 'u32',
    accumulate: 'u32',
    left_offset: 'u32',
    right_offset: 'u32',
    stats_offset: 'u32',
    to_offset: 'u32',
  },
  constants: (p) => ({ NORMALIZED: p.normalized === 1 }),
  workgroups: (p) => [Math.ceil(p.cols / 64), 1, Math.ceil(p.rows / p.slice)],
  reference({ left, right, stats, to }, p) {
    for (let z = 0; z * p.slice < p.rows; z++) {
      const last = Math.min((z + 1) * p.slice, p.rows);
      for (let col = 0; col < p.cols; col++) {
        let sum = 0;
        for (let row = z * p.slice; row < last; row++) {
          const at = p.stats_offset + 2 * row;
          let factor = right[p.right_offset + row * p.right_stride + col];
          if (p.normalized === 1) factor = (factor - stats[at]) * stats[at + 1];
          sum += left[p.left_offset + row * p.left_stride + col] * factor;
        }
        const at = p.to_offset + z * p.cols + col;
        to[at] = p.accumulate === 1 ? to[at] + sum : sum;
      }
    }
  },
  cost: (p) => ({ flops: 2 * p.rows * p.cols, bytes: 8 * p.rows * p.cols }),
});

export interface ColumnProductOptions {
  /** `rows` rows of `cols` elements, `leftStride` apart */
  left: Tensor;
  leftStride?: number;
  /** The same, `rightStride` apart. */
  right: Tensor;
  rightStride?: number;
  /** [rows,2], with which right is normalised. */
  stats?: Tensor | undefined;
  /** [cols] */
  to: Tensor;
  rows: number;
  cols: number;
  accumulate: 0 | 1;
}

/** Emits to[cols] (+)= sum over the rows of left∘right; many rows are summed in slices of a fixed order. */
export function columnProduct(b: Builder, options: ColumnProductOptions): void {
  const { left, right, stats, to, rows, cols, leftStride = cols, rightStride = cols, accumulate } = options;
  const slice = Math.ceil(rows / slicesFor(b.limits, rows, cols));
  const slices = Math.ceil(rows / slice);
  const tensors = { left, right, stats: stats ?? nothing(b) };
  const params = { rows, cols, left_stride: leftStride, right_stride: rightStride, slice };
  const normalized = stats ? 1 : 0;
  if (slices === 1) {
    b.dispatch(columnProductKernel, { ...tensors, to }, { ...params, normalized, accumulate });
    return;
  }
  const results = [{ first: 0, rows: 1, cols, to, lines: cols, accumulate }];
  inSlices(b, { slices, size: cols, results }, (partial) => {
    b.dispatch(columnProductKernel, { ...tensors, to: partial }, { ...params, normalized, accumulate: 0 });
  });
}
