// The moving average of the weights, which may take their place.
import wgsl from '../../shaders/moving_average.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * a = m·a + (1-m)·w, where m = hyper[6]; then w = a where hyper[7] is above 0.
 *
 * As Keras' use_ema and ema_overwrite_frequency (Polyak and Juditsky 1992). hyper [8]; parameters (w) [P] may be
 * overwritten, average (a) [P] is updated.
 */
export const movingAverageKernel = defineKernel({
  name: 'moving_average',
  wgsl,
  bindings: { hyper: 'read', parameters: 'readwrite', average: 'readwrite' },
  params: { size: 'u32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ hyper, parameters, average }, p) {
    for (let i = 0; i < p.size; i++) {
      average[i] = hyper[6] * average[i] + (1 - hyper[6]) * parameters[i];
      if (hyper[7] > 0) parameters[i] = average[i];
    }
  },
  cost: (p) => ({ flops: 3 * p.size, bytes: 12 * p.size }),
});
