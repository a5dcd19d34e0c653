// Whether predicted labels, such as the tags of a CRF, are right.
import wgsl from '../../shaders/label_match.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** score[row] = 1 where predicted[row] = labels[row], else 0; predicted, labels [M] u32, score [M]. */
export const labelMatchKernel = defineKernel({
  name: 'label_match',
  wgsl,
  bindings: { predicted: 'read u32', labels: 'read u32', score: 'write' },
  params: { rows: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ predicted, labels, score }, p) {
    for (let row = 0; row < p.rows; row++) score[row] = predicted[row] === labels[row] ? 1 : 0;
  },
  cost: (p) => ({ flops: p.rows, bytes: 12 * p.rows }),
});

/** Emits whether labels agree, for tensors of equal size. */
export function labelMatch(
  b: Builder,
  { predicted, labels, score }: { predicted: Tensor; labels: Tensor; score: Tensor },
): void {
  b.dispatch(labelMatchKernel, { predicted, labels, score }, { rows: sizeOf(score.shape) });
}
