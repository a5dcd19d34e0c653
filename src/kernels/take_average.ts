// Averages of weights take the place of the weights, or change places with them.
import wgsl from '../../shaders/take_average.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * w = a where there is an average (see moving_average.ts); with `exchange` a = w in return.
 *
 * parameters (w) [P] are overwritten, average (a) [P] with `exchange`. Values are moved as bits.
 */
export const takeAverageKernel = defineKernel({
  name: 'take_average',
  wgsl,
  bindings: { parameters: 'readwrite', average: 'readwrite' },
  params: { size: 'u32', exchange: 'u32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ parameters, average }, p) {
    for (let i = 0; i < p.size; i++) {
      const a = average[i];
      if (Object.is(a, 0)) continue;
      const w = parameters[i];
      parameters[i] = a;
      if (p.exchange === 1) average[i] = Object.is(w, 0) ? -0 : w;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 16 * p.size }),
});
