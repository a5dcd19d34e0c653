// What regularizers add to the loss: the sum of magnitudes and of squares, in a fixed order.
import wgsl from '../../shaders/weight_penalty.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { sumSlices } from './sum_slices.ts';

/** to[g] = Σ l1·|w[i]| + l2·w[i]² over the i with i mod groups = g. w [count], to [groups]. */
export const weightPenaltyKernel = defineKernel({
  name: 'weight_penalty',
  wgsl,
  bindings: { w: 'read', to: 'write' },
  params: { count: 'u32', groups: 'u32', l1: 'f32', l2: 'f32', w_offset: 'u32' },
  workgroups: (p) => linearGrid(p.groups, 64),
  reference({ w, to }, p) {
    for (let first = 0; first < p.groups; first++) {
      let sum = 0;
      for (let i = first; i < p.count; i += p.groups) {
        const value = w[p.w_offset + i];
        sum += p.l1 * Math.abs(value) + p.l2 * value * value;
      }
      to[first] = sum;
    }
  },
  cost: (p) => ({ flops: 4 * p.count, bytes: 4 * p.count }),
});

/** At most so many partial sums: one thread adds them, and as many others have added about as many elements each. */
const MOST_GROUPS = 1024;

/** Emits the penalty l1·Σ|w| + l2·Σw² of a tensor of any shape and returns it, [1]. */
export function weightPenalty(b: Builder, w: Tensor, { l1, l2 }: { l1: number; l2: number }): Tensor {
  const count = sizeOf(w.shape);
  const groups = Math.min(MOST_GROUPS, Math.ceil(Math.sqrt(count)));
  const parts = b.scratch('penalty parts', [groups]);
  const penalty = b.scratch('penalty', [1]);
  b.dispatch(weightPenaltyKernel, { w, to: parts }, { count, groups, l1, l2 });
  sumSlices(b, { source: parts, to: penalty, slices: groups, rows: 1, cols: 1 });
  return penalty;
}
