// The mean of each window of steps.
import wgsl from '../../shaders/average_pool_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { type PoolShape, poolParams, poolValues, stepsOfWindow } from './pool_windows.ts';

/**
 * y[t,m] = the mean of x[s,m] over the steps t·stride - pad <= s < t·stride - pad + size that count, 0 where none does;
 * shares[t,n] = 1 / how many.
 *
 * x [steps,cols], y [out_steps,cols], shares [out_steps,batch], where cols = batch·features. Steps outside of x count as
 * zeros where zeros is 1, else not at all; where masked is 1, only steps of mask [steps,batch] that are not 0 count.
 */
export const averagePoolForwardKernel = defineKernel({
  name: 'average_pool_forward',
  wgsl,
  bindings: { x: 'read', mask: 'read u32', y: 'write', shares: 'write' },
  params: {
    ...poolParams,
    features: 'u32',
    zeros: 'u32',
    masked: 'u32',
    x_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.out_steps * p.cols, 64),
  reference({ x, mask, y, shares }, p) {
    const batch = p.cols / p.features;
    for (let i = 0; i < p.out_steps * p.cols; i++) {
      const col = i % p.cols;
      const [first, last] = stepsOfWindow(p, Math.floor(i / p.cols));
      let sum = 0;
      let count = 0;
      for (let s = first; s < last; s++) {
        if (p.masked === 1 && mask[s * batch + Math.floor(col / p.features)] === 0) continue;
        sum += x[p.x_offset + s * p.cols + col];
        count++;
      }
      if (p.zeros === 1) count = p.size;
      const share = count > 0 ? 1 / count : 0;
      y[i] = sum * share;
      if (col % p.features === 0) shares[i / p.features] = share;
    }
  },
  cost: (p) => ({ flops: p.out_steps * p.cols * p.size, bytes: 4 * p.cols * (p.steps + p.out_steps) }),
});

export interface AveragePool {
  /** [T,N,...] */
  x: Tensor;
  /** [T',N,...] */
  y: Tensor;
  /** [T',N], for the way back */
  shares: Tensor;
  /** [T,N] u32 */
  mask: Tensor | undefined;
  /** Whether steps outside of x count as zeros. */
  zeros: boolean;
}

/** Emits y and shares. */
export function averagePoolForward(b: Builder, shape: PoolShape, options: AveragePool): void {
  const { x, y, shares, mask, zeros } = options;
  const params = poolValues(shape, x);
  b.dispatch(
    averagePoolForwardKernel,
    { x, mask: mask ?? nothing(b, 'u32'), y, shares },
    { ...params, features: params.cols / x.shape[1], zeros: zeros ? 1 : 0, masked: mask ? 1 : 0 },
  );
}
