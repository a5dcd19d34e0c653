// The gradient of max pooling: to the steps that were the largest.
import wgsl from '../../shaders/max_pool_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { type PoolShape, poolParams, poolValues, windowsOfStep } from './pool_windows.ts';

/**
 * dx[s,m] (+)= Σ dy[t,m] over the windows t whose largest was at s.
 *
 * dy and places [out_steps,cols], dx [steps,cols].
 */
export const maxPoolBackwardKernel = defineKernel({
  name: 'max_pool_backward',
  wgsl,
  bindings: { dy: 'read', places: 'read u32', dx: 'readwrite' },
  params: {
    ...poolParams,
    accumulate: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.steps * p.cols, 64),
  reference({ dy, places, dx }, p) {
    for (let i = 0; i < p.steps * p.cols; i++) {
      const place = Math.floor(i / p.cols);
      const [first, last] = windowsOfStep(p, place);
      let sum = 0;
      for (let t = first; t < last; t++) {
        const at = t * p.cols + (i % p.cols);
        if (places[at] === place) sum += dy[p.dy_offset + at];
      }
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + sum : sum;
    }
  },
  cost: (p) => ({ flops: p.steps * p.cols, bytes: 4 * p.cols * (p.steps + 2 * p.out_steps) }),
});

/** Emits dx [T,...], written or added to, of dy [T',...]; places [T',...] u32 is what the forward kernel left. */
export function maxPoolBackward(
  b: Builder,
  shape: PoolShape,
  { dy, places, dx, accumulate }: { dy: Tensor; places: Tensor; dx: Tensor; accumulate: 0 | 1 },
): void {
  b.dispatch(maxPoolBackwardKernel, { dy, places, dx }, { ...poolValues(shape, dx), accumulate });
}
