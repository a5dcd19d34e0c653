// The gradient of average pooling: to each step its share.
import wgsl from '../../shaders/average_pool_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { type PoolShape, poolParams, poolValues, windowsOfStep } from './pool_windows.ts';

/**
 * dx[s,m] (+)= Σ dy[t,m]·shares[t,n] over the windows t that reach s, or nothing where s does not count.
 *
 * dy [out_steps,cols], shares [out_steps,batch], dx [steps,cols], where cols = batch·features; mask [steps,batch] where
 * masked is 1.
 */
export const averagePoolBackwardKernel = defineKernel({
  name: 'average_pool_backward',
  wgsl,
  bindings: { dy: 'read', shares: 'read', mask: 'read u32', dx: 'readwrite' },
  params: {
    ...poolParams,
    features: 'u32',
    masked: 'u32',
    accumulate: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.steps * p.cols, 64),
  reference({ dy, shares, mask, dx }, p) {
    for (let i = 0; i < p.steps * p.cols; i++) {
      const [first, last] = windowsOfStep(p, Math.floor(i / p.cols));
      let sum = 0;
      if (p.masked === 0 || mask[Math.floor(i / p.features)] !== 0) {
        for (let t = first; t < last; t++) {
          const at = t * p.cols + (i % p.cols);
          sum += dy[p.dy_offset + at] * shares[Math.floor(at / p.features)];
        }
      }
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + sum : sum;
    }
  },
  cost: (p) => ({ flops: 2 * p.steps * p.cols, bytes: 4 * p.cols * (p.steps + p.out_steps) }),
});

/** Emits dx [T,N,...], written or added to, of dy [T',N,...]; shares [T',N] is what the forward kernel left. */
export function averagePoolBackward(
  b: Builder,
  shape: PoolShape,
  options: { dy: Tensor; shares: Tensor; mask: Tensor | undefined; dx: Tensor; accumulate: 0 | 1 },
): void {
  const { dy, shares, mask, dx, accumulate } = options;
  const params = poolValues(shape, dx);
  b.dispatch(
    averagePoolBackwardKernel,
    { dy, shares, mask: mask ?? nothing(b, 'u32'), dx },
    { ...params, features: params.cols / dx.shape[1], masked: mask ? 1 : 0, accumulate },
  );
}
