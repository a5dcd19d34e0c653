// What the kernels of all optimizers share: clipping, decay and threads; the twin of shaders/shared/weight_update.wgsl.
import { type Constants, type FloatArray, linearGrid } from '../core/kernel.ts';
import { type Clipping, normAndScale } from './clip_scale.ts';

/** A kernel that adds the partial sums in every workgroup has no more of these, each with its elements in turn. */
const FUSED_GROUPS = 1024;

/** Bindings that come first; the optimizer's slots follow. */
export const updateBindings = {
  gradients: 'read',
  hyper: 'read',
  clip: 'readwrite',
  parameters: 'readwrite',
} as const;

/** Params that come first; those of the optimizer's rule follow. */
export const updateParams = {
  size: 'u32',
  partials: 'u32',
  max_norm: 'f32',
  norm_epsilon: 'f32',
  clip_value: 'f32',
  l2: 'f32',
  weight_decay: 'f32',
} as const;

interface Updated {
  gradients: FloatArray;
  hyper: FloatArray;
  clip: FloatArray;
  parameters: FloatArray;
}

interface UpdateParams extends Clipping {
  readonly size: number;
  readonly partials: number;
  readonly clip_value: number;
  readonly l2: number;
  readonly weight_decay: number;
}

/** Whether the kernel adds the partial sums itself, and the threads of its workgroups. */
export function updateConstants(p: UpdateParams): { FUSED: boolean; THREADS: number } {
  return p.partials > 0 ? { FUSED: true, THREADS: 256 } : { FUSED: false, THREADS: 64 };
}

export function updateGrid(p: UpdateParams, { FUSED }: Constants): [number, number, number] {
  return FUSED ? linearGrid(Math.min(Math.ceil(p.size / 256), FUSED_GROUPS), 1) : linearGrid(p.size, 64);
}

/**
 * g = clamp(scale·gradient, ±clip_value) + l2·w;  w = stepped(i, g, w - rate·weight_decay·w), where rate = hyper[0].
 *
 * With `partials` 0, clip is (norm, scale), as `clip_scale` leaves it. Else clip [partials + 1] begins with so many sums of
 * squares, whose norm is written behind them, and whose scale is taken. A scale of 0 marks a gradient that is not
 * finite, and zero takes its place.
 */
export function updateWeights(
  { gradients, hyper, clip, parameters }: Updated,
  p: UpdateParams,
  stepped: (i: number, g: number, weight: number) => number,
): void {
  let scale = clip[1];
  if (p.partials > 0) {
    const both = normAndScale(clip.subarray(0, p.partials), p);
    clip[p.partials] = both.norm;
    scale = both.scale;
  }
  for (let i = 0; i < p.size; i++) {
    const clean = scale > 0 ? Math.min(Math.max(gradients[i] * scale, -p.clip_value), p.clip_value) : 0;
    const weight = parameters[i];
    parameters[i] = stepped(i, clean + p.l2 * weight, weight - hyper[0] * p.weight_decay * weight);
  }
}
