// What the kernels of pooling share: how windows go over time; the twin of shaders/shared/pool_windows.wgsl.
import type { ParamValues } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** Params that come first; those of a kernel follow. */
export const poolParams = {
  steps: 'u32',
  out_steps: 'u32',
  cols: 'u32',
  size: 'u32',
  stride: 'u32',
  pad: 'u32',
} as const;

type Windows = ParamValues<typeof poolParams>;

/** How windows go over time. */
export interface PoolShape {
  /** T */
  steps: number;
  outSteps: number;
  /** Steps of a window. */
  size: number;
  stride: number;
  /** Steps by which the first window begins before the first step. */
  pad: number;
}

/** The values of these params for x [T,...]. */
export function poolValues(s: PoolShape, x: Tensor): Windows {
  const cols = sizeOf(x.shape) / s.steps;
  return { steps: s.steps, out_steps: s.outSteps, cols, size: s.size, stride: s.stride, pad: s.pad };
}

/** The first step of window t, and one past its last. */
export function stepsOfWindow(p: Windows, t: number): [number, number] {
  const start = t * p.stride - p.pad;
  return [Math.max(start, 0), Math.min(start + p.size, p.steps)];
}

/** The first window that reaches step s, and one past the last. */
export function windowsOfStep(p: Windows, s: number): [number, number] {
  const reach = s + p.pad;
  const first = reach >= p.size ? Math.floor((reach - p.size) / p.stride) + 1 : 0;
  return [first, Math.min(Math.floor(reach / p.stride) + 1, p.out_steps)];
}
