// A vector over and over: weights of samples for all steps of time.
import wgsl from '../../shaders/repeat_values.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** y[i] = x[i mod count]; x [count], y [size]. */
export const repeatValuesKernel = defineKernel({
  name: 'repeat_values',
  wgsl,
  bindings: { x: 'read', y: 'write' },
  params: { count: 'u32', size: 'u32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ x, y }, p) {
    for (let i = 0; i < p.size; i++) y[i] = x[i % p.count];
  },
  cost: (p) => ({ flops: 0, bytes: 4 * (p.count + p.size) }),
});

/** Emits y = x over and over: x [N], y [...,N]. */
export function repeatValues(b: Builder, { x, y }: { x: Tensor; y: Tensor }): void {
  b.dispatch(repeatValuesKernel, { x, y }, { count: sizeOf(x.shape), size: sizeOf(y.shape) });
}
