// The largest of each window of steps, and where it was.
import wgsl from '../../shaders/max_pool_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { type PoolShape, poolParams, poolValues, stepsOfWindow } from './pool_windows.ts';

/**
 * y[t,m] = the largest x[s,m] with t·stride - pad <= s < t·stride - pad + size, and places[t,m] = its s, the first of equals.
 *
 * x [steps,cols], y and places [out_steps,cols]; each window has a step.
 */
export const maxPoolForwardKernel = defineKernel({
  name: 'max_pool_forward',
  wgsl,
  bindings: { x: 'read', y: 'write', places: 'write u32' },
  params: {
    ...poolParams,
    x_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.out_steps * p.cols, 64),
  reference({ x, y, places }, p) {
    for (let i = 0; i < p.out_steps * p.cols; i++) {
      const [first, last] = stepsOfWindow(p, Math.floor(i / p.cols));
      const at = (s: number) => p.x_offset + s * p.cols + (i % p.cols);
      let place = first;
      for (let s = place + 1; s < last; s++) {
        const largest = x[at(place)];
        if (!Number.isNaN(largest) && (x[at(s)] > largest || Number.isNaN(x[at(s)]))) place = s;
      }
      y[i] = x[at(place)];
      places[i] = place;
    }
  },
  cost: (p) => ({ flops: p.out_steps * p.cols * p.size, bytes: 4 * p.cols * (p.steps + 2 * p.out_steps) }),
});

/** Emits y [T',...] of x [T,...], and places [T',...] u32 for the way back. */
export function maxPoolForward(
  b: Builder,
  shape: PoolShape,
  { x, y, places }: { x: Tensor; y: Tensor; places: Tensor },
): void {
  b.dispatch(maxPoolForwardKernel, { x, y, places }, poolValues(shape, x));
}
