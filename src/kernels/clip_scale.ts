// The norm of all gradients and the scale that clips them, kept on the device for the optimizer to read.
import wgsl from '../../shaders/clip_scale.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { squareSumKernel } from './square_sum.ts';

/**
 * norm = √(Σ partial);  scale = min(1, max_norm / (norm + 1e-6)), as torch's clip_grad_norm_; 1 where max_norm is 0.
 * A norm that is not finite gives scale 0, and an optimizer takes such a gradient for zero.
 *
 * partial [groups]; clip [2] = (norm, scale) is written.
 */
export const clipScaleKernel = defineKernel({
  name: 'clip_scale',
  wgsl,
  bindings: { partial: 'read', clip: 'write' },
  params: { groups: 'u32', max_norm: 'f32' },
  workgroups: () => [1, 1, 1],
  reference({ partial, clip }, p) {
    let total = 0;
    for (let i = 0; i < p.groups; i++) total += partial[i];
    const norm = Math.sqrt(total);
    clip[0] = norm;
    if (!Number.isFinite(norm)) clip[1] = 0;
    else clip[1] = p.max_norm > 0 ? Math.min(1, p.max_norm / (norm + 1e-6)) : 1;
  },
  cost: (p) => ({ flops: p.groups, bytes: 4 * (p.groups + 2) }),
});

/** Emits the norm of a flat array of gradients and its clipping scale: clip [2] = (norm, scale). */
export function clipScale(b: Builder, gradients: Tensor, maxNorm: number): Tensor {
  const size = sizeOf(gradients.shape);
  // Enough workgroups to fill a large GPU; their number depends on the size alone, and with it the order of the sum.
  const groups = Math.min(Math.ceil(size / 256), b.limits.cheapBarriers ? 4096 : 64);
  const partial = b.scratch('square sums', [groups]);
  const clip = b.scratch('clip', [2]);
  b.dispatch(squareSumKernel, { source: gradients, to: partial }, { size, groups });
  b.dispatch(clipScaleKernel, { partial, clip }, { groups, max_norm: maxNorm });
  return clip;
}

/**
 * One element of the gradient as optimizers take it: scaled, then clamped to ±`limit`.
 * Where the scale is 0 the gradient was not finite, and zero takes its place.
 */
export function clipped(gradient: number, scale: number, limit: number): number {
  return scale > 0 ? Math.min(Math.max(gradient * scale, -limit), limit) : 0;
}
