// A sequence from its end: what a layer that goes backward gives in the order in which it computes.
import wgsl from '../../shaders/reverse_time.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** y[steps-1-t,:] (+)= x[t,:]. x, y [steps,width]. */
export const reverseTimeKernel = defineKernel({
  name: 'reverse_time',
  wgsl,
  bindings: { x: 'read', y: 'readwrite' },
  params: { steps: 'u32', width: 'u32', accumulate: 'u32', x_offset: 'u32', y_offset: 'u32' },
  workgroups: (p) => linearGrid(p.steps * p.width, 64),
  reference({ x, y }, p) {
    for (let i = 0; i < p.steps * p.width; i++) {
      const t = Math.floor(i / p.width);
      const value = x[p.x_offset + i];
      const at = p.y_offset + (p.steps - 1 - t) * p.width + (i % p.width);
      y[at] = p.accumulate === 1 ? y[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.steps * p.width }),
});

/** Returns x [T,...] with its last step first, and leaves the backward step. */
export function reverseTime(b: Builder, x: Tensor): Tensor {
  const steps = x.shape[0];
  const width = sizeOf(x.shape) / steps;
  const y = b.activation('reversed', x.shape, { differentiable: x.differentiable });
  b.dispatch(reverseTimeKernel, { x, y }, { steps, width, accumulate: 0 });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (dx) {
      const { tensor, accumulate } = dx;
      b.dispatch(reverseTimeKernel, { x: dy, y: tensor }, { steps, width, accumulate });
    }
  });
  return y;
}
