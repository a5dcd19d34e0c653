// A mask out of features: a step counts unless all of it has the value that stands for nothing.
import wgsl from '../../shaders/feature_mask.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** mask[row] = 1 where any of x[row,:] is not `value`, else 0. x [rows,cols], mask [rows]. */
export const featureMaskKernel = defineKernel({
  name: 'feature_mask',
  wgsl,
  bindings: { x: 'read', mask: 'write u32' },
  params: { rows: 'u32', cols: 'u32', value: 'f32', x_offset: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ x, mask }, p) {
    for (let row = 0; row < p.rows; row++) {
      mask[row] = 0;
      for (let col = 0; col < p.cols; col++) {
        if (x[p.x_offset + row * p.cols + col] !== p.value) mask[row] = 1;
      }
    }
  },
  cost: (p) => ({ flops: p.rows * p.cols, bytes: 4 * p.rows * (p.cols + 1) }),
});

/** Emits the mask [T,N] of x [T,N,...], in which steps of nothing but `value` do not count, and returns it. */
export function featureMask(b: Builder, x: Tensor, value: number): Tensor {
  const [T, N] = x.shape;
  const mask = b.scratch('mask', [T, N], 'u32');
  // f32 on both sides, so that the same elements are equal in every precision.
  const params = { rows: T * N, cols: sizeOf(x.shape) / (T * N), value: Math.fround(value) };
  b.dispatch(featureMaskKernel, { x, mask }, params);
  return mask;
}
