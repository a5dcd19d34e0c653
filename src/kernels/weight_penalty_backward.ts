// The gradient of what regularizers add to the loss.
import wgsl from '../../shaders/weight_penalty_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** dw (+)= l1·sign(w) + 2·l2·w, with sign(0) = 0. w, dw [count]. */
export const weightPenaltyBackwardKernel = defineKernel({
  name: 'weight_penalty_backward',
  wgsl,
  bindings: { w: 'read', dw: 'readwrite' },
  params: {
    count: 'u32',
    l1: 'f32',
    l2: 'f32',
    accumulate: 'u32',
    w_offset: 'u32',
    dw_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ w, dw }, p) {
    for (let i = 0; i < p.count; i++) {
      const value = w[p.w_offset + i];
      const sum = 2 * p.l2 * value + (value > 0 ? p.l1 : 0) - (value < 0 ? p.l1 : 0);
      const at = p.dw_offset + i;
      dw[at] = p.accumulate === 1 ? dw[at] + sum : sum;
    }
  },
  cost: (p) => ({ flops: 3 * p.count, bytes: 8 * p.count }),
});

/** Emits dw (+)= l1·sign(w) + 2·l2·w for two tensors of equal size. */
export function weightPenaltyBackward(
  b: Builder,
  options: { w: Tensor; dw: Tensor; l1: number; l2: number; accumulate: 0 | 1 },
): void {
  const { w, dw, l1, l2, accumulate } = options;
  b.dispatch(weightPenaltyBackwardKernel, { w, dw }, { count: sizeOf(w.shape), l1, l2, accumulate });
}
