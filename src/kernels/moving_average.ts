// The moving average of the weights, which may take their place.
import wgsl from '../../shaders/moving_average.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * a = m·a + (1-m)·w, where m = hyper[6], or a = w where there is no average yet; then w = a where hyper[7] is above 0.
 *
 * As Keras' use_ema and ema_overwrite_frequency (Polyak and Juditsky 1992), but that each element has a first average of
 * its own: the weight after its first update. hyper [8]; parameters (w) [P] may be overwritten, average (a) [P] is updated.
 * +0 in `average` is none yet; an average of zero is kept as -0.
 */
export const movingAverageKernel = defineKernel({
  name: 'moving_average',
  wgsl,
  bindings: { hyper: 'read', parameters: 'readwrite', average: 'readwrite' },
  params: { size: 'u32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ hyper, parameters, average }, p) {
    for (let i = 0; i < p.size; i++) {
      const first = Object.is(average[i], 0);
      const a = first ? parameters[i] : hyper[6] * average[i] + (1 - hyper[6]) * parameters[i];
      average[i] = a === 0 ? -0 : a;
      if (hyper[7] > 0) parameters[i] = a;
    }
  },
  cost: (p) => ({ flops: 3 * p.size, bytes: 12 * p.size }),
});
