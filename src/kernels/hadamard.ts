// The elementwise product of two tensors.
import wgsl from '../../shaders/hadamard.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** y[i] (+)= a[i]·b[i]. */
export const hadamardKernel = defineKernel({
  name: 'hadamard',
  wgsl,
  bindings: { a: 'read', b: 'read', y: 'readwrite' },
  params: { count: 'u32', accumulate: 'u32', a_offset: 'u32', b_offset: 'u32', y_offset: 'u32' },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ a, b, y }, p) {
    for (let i = 0; i < p.count; i++) {
      const value = a[p.a_offset + i] * b[p.b_offset + i];
      y[p.y_offset + i] = p.accumulate === 1 ? y[p.y_offset + i] + value : value;
    }
  },
  cost: (p) => ({ flops: p.count, bytes: 12 * p.count }),
});

/** Emits y (+)= x∘by for three tensors of equal size. */
export function hadamard(
  b: Builder,
  { x, by, y, accumulate = 0 }: { x: Tensor; by: Tensor; y: Tensor; accumulate?: 0 | 1 },
): void {
  b.dispatch(hadamardKernel, { a: x, b: by, y }, { count: sizeOf(y.shape), accumulate });
}
