// The gradient of a convolution for its kernel, directly, summed in slices of a fixed order.
import wgsl from '../../shaders/conv1d_backward_weights.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { slicesFor } from './column_sum.ts';
import { type ConvShape, convCost, convParams, convValues } from './conv1d_shape.ts';
import { inSlices } from './slices.ts';

/**
 * dw[z,j,c,o] = Σ_t Σ_n x[t·stride + j·dilation - pad, n, c]·dy[t,n,o] over the output steps t of slice z, c within o's group.
 *
 * x [steps,batch,features], dy [out_steps,batch,filters], dw [slices,size,features/groups,filters].
 */
export const conv1dBackwardWeightsKernel = defineKernel({
  name: 'conv1d_backward_weights',
  wgsl,
  bindings: { x: 'read', dy: 'read', dw: 'write' },
  params: {
    ...convParams,
    slice: 'u32',
    x_offset: 'u32',
    dy_offset: 'u32',
  },
  workgroups: (p) => [
    Math.ceil((p.size * p.features * Math.ceil(p.filters / p.group_count / 4)) / 64),
    1,
    Math.ceil(p.out_steps / p.slice),
  ],
  reference({ x, dy, dw }, p) {
    const groupFilters = p.filters / p.group_count;
    const groupFeatures = p.features / p.group_count;
    const weights = p.size * groupFeatures * p.filters;
    for (let z = 0; z * p.slice < p.out_steps; z++) {
      for (let i = 0; i < weights; i++) {
        const o = i % p.filters;
        const feature =
          (Math.floor(i / p.filters) % groupFeatures) + Math.floor(o / groupFilters) * groupFeatures;
        const j = Math.floor(i / p.filters / groupFeatures);
        let sum = 0;
        for (let step = z * p.slice; step < Math.min((z + 1) * p.slice, p.out_steps); step++) {
          const at = step * p.stride + j * p.dilation - p.pad;
          if (at < 0 || at >= p.steps) continue;
          for (let sample = 0; sample < p.batch; sample++) {
            const xAt = p.x_offset + (at * p.batch + sample) * p.features + feature;
            sum += x[xAt] * dy[p.dy_offset + (step * p.batch + sample) * p.filters + o];
          }
        }
        dw[z * weights + i] = sum;
      }
    }
  },
  cost: (p) => convCost(p),
});

/** Emits dw [size,D/groups,O], written or added to, of x [T,N,D] and dy [T',N,O]. */
export function conv1dBackwardWeights(
  b: Builder,
  shape: ConvShape,
  { x, dy, dw, accumulate }: { x: Tensor; dy: Tensor; dw: Tensor; accumulate: 0 | 1 },
): void {
  const cols = sizeOf(dw.shape);
  const wanted = slicesFor(b.limits, shape.outSteps * shape.batch, cols);
  const slice = Math.ceil(shape.outSteps / Math.min(wanted, shape.outSteps));
  const slices = Math.ceil(shape.outSteps / slice);
  const results = [{ first: 0, rows: 1, cols, to: dw, lines: cols, accumulate }];
  const write = (to: Tensor) =>
    b.dispatch(conv1dBackwardWeightsKernel, { x, dy, dw: to }, { ...convValues(shape), slice });
  if (slices === 1 && accumulate === 0) write(dw);
  else inSlices(b, { slices, size: cols, results }, write);
}
