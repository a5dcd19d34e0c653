// The norm of gradients and the scale that clips them, kept on the device for the optimizer to read.
import wgsl from '../../shaders/clip_scale.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, type FloatArray } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { squareSumKernel } from './square_sum.ts';

export interface Clipping {
  /** The largest norm that passes; 0 for any. */
  readonly max_norm: number;
  /** Added to the norm that divides. */
  readonly norm_epsilon: number;
}

/**
 * norm = √(Σ partial);  scale = min(1, max_norm / (norm + norm_epsilon)), or 1 where max_norm is 0.
 * A norm that is not finite gives scale 0, and an optimizer takes such a gradient for zero.
 */
export function normAndScale(partial: FloatArray, p: Clipping): { norm: number; scale: number } {
  let total = 0;
  for (const sum of partial) total += sum;
  const norm = Math.sqrt(total);
  if (!Number.isFinite(norm)) return { norm, scale: 0 };
  return { norm, scale: p.max_norm > 0 ? p.max_norm / Math.max(norm + p.norm_epsilon, p.max_norm) : 1 };
}

/** clip = (norm, scale) of `partials` sums of squares, as `normAndScale` says. partial [partials]; clip [2] is written. */
export const clipScaleKernel = defineKernel({
  name: 'clip_scale',
  wgsl,
  bindings: { partial: 'read', clip: 'write' },
  params: { partials: 'u32', max_norm: 'f32', norm_epsilon: 'f32' },
  workgroups: () => [1, 1, 1],
  reference({ partial, clip }, p) {
    const { norm, scale } = normAndScale(partial.subarray(0, p.partials), p);
    clip[0] = norm;
    clip[1] = scale;
  },
  cost: (p) => ({ flops: p.partials, bytes: 4 * (p.partials + 2) }),
});

/**
 * Emits partial sums of squares of a flat array and returns how many there are; they begin the tensor `clip`, which has
 * `room` elements behind them. Their number depends on the size and the kind of device alone, and with it the order of
 * the sum.
 */
export function squareSums(b: Builder, gradients: Tensor, room: number): { clip: Tensor; partials: number } {
  const size = sizeOf(gradients.shape);
  // On a GPU 65,536 threads, enough to fill a large one, and no more sums than a workgroup has threads to add them. Where
  // barriers are dear a thread a sum, and enough workgroups of them for every core.
  const [threads, most, each] = b.limits.cheapBarriers ? [256, 256, 256] : [1, 1024, 16];
  const partials = Math.min(Math.ceil(size / each), most);
  const clip = b.scratch('square sums', [partials + room]);
  b.dispatch(
    squareSumKernel,
    { source: gradients, to: b.view(clip, 0, [partials]) },
    { size, partials, threads },
  );
  return { clip, partials };
}

/** Emits the norm of a flat array of gradients and its clipping scale: clip [2] = (norm, scale). */
export function clipScale(b: Builder, gradients: Tensor, clipping: Clipping): Tensor {
  const { clip: partial, partials } = squareSums(b, gradients, 0);
  const clip = b.scratch('clip', [2]);
  b.dispatch(clipScaleKernel, { partial, clip }, { partials, ...clipping });
  return clip;
}
