// The gradient of a convolution for its input, directly.
import wgsl from '../../shaders/conv1d_backward_input.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ConvShape, convCost, convParams, convValues } from './conv1d_shape.ts';

/**
 * dx[s,n,c] (+)= Σ_j Σ_o dy[t,n,o]·w[j,c,o], o over the filters of c's group, for each t with t·stride + j·dilation - pad = s.
 *
 * dx [steps,batch,features], dy [out_steps,batch,filters], w [size,features/groups,filters].
 */
export const conv1dBackwardInputKernel = defineKernel({
  name: 'conv1d_backward_input',
  wgsl,
  bindings: { dy: 'read', w: 'read', dx: 'readwrite' },
  params: {
    ...convParams,
    accumulate: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  workgroups: (p) =>
    linearGrid(p.steps * p.batch * p.group_count * Math.ceil(p.features / p.group_count / 4), 64),
  reference({ dy, w, dx }, p) {
    const groupFilters = p.filters / p.group_count;
    const groupFeatures = p.features / p.group_count;
    for (let i = 0; i < p.steps * p.batch * p.features; i++) {
      const feature = i % p.features;
      const part = Math.floor(feature / groupFeatures);
      const sample = Math.floor(i / p.features) % p.batch;
      const place = Math.floor(i / p.features / p.batch) + p.pad;
      let sum = 0;
      for (let j = 0; j < p.size; j++) {
        const step = (place - j * p.dilation) / p.stride;
        if (!Number.isInteger(step) || step < 0 || step >= p.out_steps) continue;
        const dyAt = p.dy_offset + (step * p.batch + sample) * p.filters + part * groupFilters;
        const wAt = (j * groupFeatures + (feature % groupFeatures)) * p.filters + part * groupFilters;
        for (let o = 0; o < groupFilters; o++) sum += dy[dyAt + o] * w[wAt + o];
      }
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + sum : sum;
    }
  },
  cost: (p) => convCost(p),
});

/** Emits dx [T,N,D], written or added to, of dy [T',N,O] and w [size,D/groups,O]. */
export function conv1dBackwardInput(
  b: Builder,
  shape: ConvShape,
  { dy, w, dx, accumulate }: { dy: Tensor; w: Tensor; dx: Tensor; accumulate: 0 | 1 },
): void {
  b.dispatch(conv1dBackwardInputKernel, { dy, w, dx }, { ...convValues(shape), accumulate });
}
