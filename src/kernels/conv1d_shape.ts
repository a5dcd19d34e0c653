// What the kernels of a convolution over time share: how it goes over time, and what it costs.
import type { Cost, ParamValues } from '../core/kernel.ts';

/** Params that come first; those of a kernel follow. */
export const convParams = {
  steps: 'u32',
  out_steps: 'u32',
  batch: 'u32',
  features: 'u32',
  filters: 'u32',
  size: 'u32',
  stride: 'u32',
  dilation: 'u32',
  pad: 'u32',
  group_count: 'u32',
} as const;

type ConvValues = ParamValues<typeof convParams>;

/** How a convolution goes over time. */
export interface ConvShape {
  /** T */
  steps: number;
  outSteps: number;
  /** N */
  batch: number;
  /** D */
  features: number;
  /** O */
  filters: number;
  /** Taps of the kernel. */
  size: number;
  stride: number;
  dilation: number;
  /** Zeros before the first step. */
  pad: number;
  groups: number;
}

/** The values of these params. */
export function convValues(s: ConvShape): ConvValues {
  return {
    ...{ steps: s.steps, out_steps: s.outSteps, batch: s.batch, features: s.features, filters: s.filters },
    ...{ size: s.size, stride: s.stride, dilation: s.dilation, pad: s.pad, group_count: s.groups },
  };
}

/** Each of the three kernels meets every tap of every output once, and reads or writes x and y. */
export function convCost(p: ConvValues): Cost {
  return {
    flops: (2 * p.out_steps * p.batch * p.filters * p.size * p.features) / p.group_count,
    bytes: 4 * p.batch * (p.steps * p.features + p.out_steps * p.filters),
  };
}
