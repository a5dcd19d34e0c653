// Elementwise activations backward.
import wgsl from '../../shaders/activation_backward.wgsl?raw';
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

/** dx[i] (+)= dy[i]·f'(x[i]); `kind` is the number of f in activation_kinds.ts, alpha and beta its parameters where it has any. */
export const activationBackwardKernel = defineKernel({
  name: 'activation_backward',
  wgsl,
  bindings: { x: 'read', dy: 'read', dx: 'readwrite' },
  params: {
    count: 'u32',
    kind: 'u32',
    alpha: 'f32',
    beta: 'f32',
    accumulate: 'u32',
    x_offset: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  constants: (p) => ({ KIND: p.kind }),
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ x, dy, dx }, p) {
    const { slope } = scalarActivations[p.kind];
    for (let i = 0; i < p.count; i++) {
      const value = dy[p.dy_offset + i] * slope(x[p.x_offset + i], p.alpha, p.beta);
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 2 * p.count, bytes: 12 * p.count }),
});

/** Emits dx (+)= dy∘f'(x) for three tensors of equal size; x is what f was applied to. */
export function activationBackward(
  b: Builder,
  name: ElementwiseName,
  options: {
    x: Tensor;
    dy: Tensor;
    dx: Tensor;
    accumulate: 0 | 1;
    alpha?: number | undefined;
    beta?: number | undefined;
  },
): void {
  const { x, dy, dx, accumulate, alpha, beta } = options;
  b.dispatch(
    activationBackwardKernel,
    { x, dy, dx },
    {
      count: sizeOf(x.shape),
      kind: activations[name],
      alpha: alpha ?? defaultAlpha[name] ?? 0,
      beta: beta ?? defaultBeta[name] ?? 0,
      accumulate,
    },
  );
}
