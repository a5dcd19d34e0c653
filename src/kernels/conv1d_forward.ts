// The convolution over time, directly, for features in groups; layers/convolution.ts takes matrix products where these do.
import wgsl from '../../shaders/conv1d_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * y[t,n,o] = Σ_j Σ_c x[t·stride + j·dilation - pad, n, c]·w[j,c,o] + bias[o], c over the features of o's group; steps
 * outside of x count as zeros.
 *
 * x [steps,batch,features], w [size,features/groups,filters], bias [filters] where biased is 1, y [out_steps,batch,filters].
 */
export const conv1dForwardKernel = defineKernel({
  name: 'conv1d_forward',
  wgsl,
  bindings: { x: 'read', w: 'read', bias: 'read', y: 'write' },
  params: {
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
    biased: 'u32',
    x_offset: 'u32',
  },
  workgroups: (p) =>
    linearGrid(p.out_steps * p.batch * p.group_count * Math.ceil(p.filters / p.group_count / 4), 64),
  reference({ x, w, bias, y }, p) {
    const groupFilters = p.filters / p.group_count;
    const groupFeatures = p.features / p.group_count;
    for (let i = 0; i < p.out_steps * p.batch * p.filters; i++) {
      const o = i % p.filters;
      const part = Math.floor(o / groupFilters);
      const sample = Math.floor(i / p.filters) % p.batch;
      const step = Math.floor(i / p.filters / p.batch);
      let sum = p.biased === 1 ? bias[o] : 0;
      for (let j = 0; j < p.size; j++) {
        const at = step * p.stride + j * p.dilation - p.pad;
        if (at < 0 || at >= p.steps) continue;
        const first = p.x_offset + (at * p.batch + sample) * p.features + part * groupFeatures;
        for (let c = 0; c < groupFeatures; c++) {
          sum += x[first + c] * w[(j * groupFeatures + c) * p.filters + o];
        }
      }
      y[i] = sum;
    }
  },
  cost: (p) => ({
    flops: (2 * p.out_steps * p.batch * p.filters * p.size * p.features) / p.group_count,
    bytes: 4 * p.batch * (p.steps * p.features + p.out_steps * p.filters),
  }),
});

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

/** The params that the kernels of a convolution share. */
export function convParams(s: ConvShape) {
  return {
    ...{ steps: s.steps, out_steps: s.outSteps, batch: s.batch, features: s.features, filters: s.filters },
    ...{ size: s.size, stride: s.stride, dilation: s.dilation, pad: s.pad, group_count: s.groups },
  };
}

/** Emits y [T',N,O] of x [T,N,D], w [size,D/groups,O] and bias [O]. */
export function conv1dForward(
  b: Builder,
  shape: ConvShape,
  { x, w, bias, y }: { x: Tensor; w: Tensor; bias: Tensor | undefined; y: Tensor },
): void {
  b.dispatch(
    conv1dForwardKernel,
    { x, w, bias: bias ?? nothing(b), y },
    { ...convParams(shape), biased: bias ? 1 : 0 },
  );
}
