// The sum of squares of a flat array, in partial sums: the first half of the gradients' norm.
import wgsl from '../../shaders/square_sum.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * to[part] = Σ source[i]² over the i with ⌊i/threads⌋ mod partials = part.
 *
 * source [size]; to [partials] is written. `threads` of a part: 256, or 1 where barriers are dear.
 */
export const squareSumKernel = defineKernel({
  name: 'square_sum',
  wgsl,
  bindings: { source: 'read', to: 'write' },
  params: { size: 'u32', partials: 'u32', threads: 'u32' },
  constants: (p) => ({ WIDE: p.threads === 256, THREADS: p.threads === 256 ? 256 : 64 }),
  workgroups: (p) => linearGrid(p.partials, p.threads === 256 ? 1 : 64),
  reference({ source, to }, p) {
    for (let part = 0; part < p.partials; part++) {
      let sum = 0;
      for (let block = part * p.threads; block < p.size; block += p.partials * p.threads) {
        for (let i = block; i < Math.min(block + p.threads, p.size); i++) sum += source[i] * source[i];
      }
      to[part] = sum;
    }
  },
  cost: (p) => ({ flops: 2 * p.size, bytes: 4 * (p.size + p.partials) }),
});
