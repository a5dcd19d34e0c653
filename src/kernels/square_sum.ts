// The sum of squares of a flat array, in partial sums: the first half of the gradients' norm.
import wgsl from '../../shaders/square_sum.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * to[g] = Σ source[i]² over the i with ⌊i/threads⌋ mod groups = g.
 *
 * source [size]; to [groups] is written. `threads` of a workgroup: 64 or 256.
 */
export const squareSumKernel = defineKernel({
  name: 'square_sum',
  wgsl,
  bindings: { source: 'read', to: 'write' },
  params: { size: 'u32', groups: 'u32', threads: 'u32' },
  constants: (p) => ({ THREADS: p.threads, WIDE: p.threads === 256 }),
  workgroups: (p) => linearGrid(p.groups, 1),
  reference({ source, to }, p) {
    for (let group = 0; group < p.groups; group++) {
      let sum = 0;
      for (let block = group * p.threads; block < p.size; block += p.groups * p.threads) {
        for (let i = block; i < Math.min(block + p.threads, p.size); i++) sum += source[i] * source[i];
      }
      to[group] = sum;
    }
  },
  cost: (p) => ({ flops: 2 * p.size, bytes: 4 * (p.size + p.groups) }),
});
