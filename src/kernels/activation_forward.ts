// Elementwise activations forward.
import wgsl from '../../shaders/activation_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import {
  activations,
  defaultAlpha,
  defaultBeta,
  type ElementwiseName,
  scalarActivations,
} from './activation_kinds.ts';

/** y[i] = f(x[i]); `kind` is the number of f in activation_kinds.ts, alpha and beta its parameters where it has any. */
export const activationForwardKernel = defineKernel({
  name: 'activation_forward',
  wgsl,
  bindings: { x: 'read', y: 'write' },
  params: { count: 'u32', kind: 'u32', alpha: 'f32', beta: 'f32', x_offset: 'u32', y_offset: 'u32' },
  constants: (p) => ({ KIND: p.kind }),
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ x, y }, p) {
    const { value } = scalarActivations[p.kind];
    for (let i = 0; i < p.count; i++) y[p.y_offset + i] = value(x[p.x_offset + i], p.alpha, p.beta);
  },
  cost: (p) => ({ flops: p.count, bytes: 8 * p.count }),
});

/** Emits y = f(x) for two tensors of equal size. */
export function activationForward(
  b: Builder,
  name: ElementwiseName,
  { x, y, alpha, beta }: { x: Tensor; y: Tensor; alpha?: number | undefined; beta?: number | undefined },
): void {
  b.dispatch(
    activationForwardKernel,
    { x, y },
    {
      count: sizeOf(x.shape),
      kind: activations[name],
      alpha: alpha ?? defaultAlpha[name] ?? 0,
      beta: beta ?? defaultBeta[name] ?? 0,
    },
  );
}
