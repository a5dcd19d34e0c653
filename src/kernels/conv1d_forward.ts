// The convolution over time, directly, for features in groups; layers/convolution.ts takes matrix products where these do.
import wgsl from '../../shaders/conv1d_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ConvShape, convCost, convParams, convValues } from './conv1d_shape.ts';
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
    ...convParams,
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
  cost: (p) => convCost(p),
});

/** Emits y [T',N,O] of x [T,N,D], w [size,D/groups,O] and bias [O]. */
export function conv1dForward(
  b: Builder,
  shape: ConvShape,
  { x, w, bias, y }: { x: Tensor; w: Tensor; bias: Tensor | undefined; y: Tensor },
): void {
  b.dispatch(
    conv1dForwardKernel,
    { x, w, bias: bias ?? nothing(b), y },
    { ...convValues(shape), biased: bias ? 1 : 0 },
  );
}
