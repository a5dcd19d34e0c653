// Holds weights at zero or above.
import wgsl from '../../shaders/non_negative.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** w = max(w, 0); NaN stays. w [count] is overwritten. */
export const nonNegativeKernel = defineKernel({
  name: 'non_negative',
  wgsl,
  bindings: { w: 'readwrite' },
  params: { count: 'u32', w_offset: 'u32' },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ w }, p) {
    for (let i = 0; i < p.count; i++) if (w[p.w_offset + i] < 0) w[p.w_offset + i] = 0;
  },
  cost: (p) => ({ flops: p.count, bytes: 8 * p.count }),
});

/** Emits w = max(w, 0) in place. */
export function nonNegative(b: Builder, w: Tensor): void {
  b.dispatch(nonNegativeKernel, { w }, { count: sizeOf(w.shape) });
}
