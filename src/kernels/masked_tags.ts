// Tags and a mask in one: what a step is, or that it does not count.
import wgsl from '../../shaders/masked_tags.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/** y = tags, or 0 without any, and 2^32 - 1 where the mask is 0; mask, tags, y [count] u32. */
export const maskedTagsKernel = defineKernel({
  name: 'masked_tags',
  wgsl,
  bindings: { mask: 'read u32', tags: 'read u32', y: 'write u32' },
  params: { count: 'u32', masked: 'u32', tagged: 'u32' },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ mask, tags, y }, p) {
    for (let i = 0; i < p.count; i++) {
      y[i] = p.masked === 1 && mask[i] === 0 ? 0xffffffff : p.tagged === 1 ? tags[i] : 0;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 12 * p.count }),
});

/** Emits tags that say themselves where they do not count; tensors of equal size. */
export function maskedTags(
  b: Builder,
  { mask, tags, y }: { mask?: Tensor | undefined; tags?: Tensor | undefined; y: Tensor },
): void {
  b.dispatch(
    maskedTagsKernel,
    { mask: mask ?? nothing(b, 'u32'), tags: tags ?? nothing(b, 'u32'), y },
    { count: sizeOf(y.shape), masked: mask ? 1 : 0, tagged: tags ? 1 : 0 },
  );
}
