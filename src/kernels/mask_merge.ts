// Masks out of ids and of other masks.
import wgsl from '../../shaders/mask_merge.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** y[i] = 1 where a[i] and b[i] are not 0 (any 0), or where one of them is not (any 1); else 0. a, b, y [count]. */
export const maskMergeKernel = defineKernel({
  name: 'mask_merge',
  wgsl,
  bindings: { a: 'read u32', b: 'read u32', y: 'write u32' },
  params: { count: 'u32', any: 'u32', a_offset: 'u32', b_offset: 'u32', y_offset: 'u32' },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ a, b, y }, p) {
    for (let i = 0; i < p.count; i++) {
      const left = a[p.a_offset + i] !== 0;
      const right = b[p.b_offset + i] !== 0;
      y[p.y_offset + i] = (left && right) || (p.any === 1 && (left || right)) ? 1 : 0;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 12 * p.count }),
});

/** Emits the mask of what is not 0 in both u32 tensors, or with `any` in one of them, and returns it. */
export function mergeMasks(b: Builder, left: Tensor, right: Tensor, any = false): Tensor {
  const y = b.scratch('mask', left.shape, 'u32');
  mergeMasksInto(b, left, right, y, any);
  return y;
}

/** As `mergeMasks`, into y of the same size. */
export function mergeMasksInto(b: Builder, left: Tensor, right: Tensor, y: Tensor, any = false): void {
  b.dispatch(maskMergeKernel, { a: left, b: right, y }, { count: sizeOf(left.shape), any: any ? 1 : 0 });
}

/** A mask of that shape in which everything counts, once a plan. */
export function fullMask(b: Builder, shape: readonly number[]): Tensor {
  return b.once(`full mask ${shape}`, () =>
    b.state(`full mask ${shape.join('x')}`, shape, {
      dtype: 'u32',
      absolute: true,
      initial: () => new Uint32Array(sizeOf(shape)).fill(1),
    }),
  );
}
