// RMSprop, one dispatch for all parameters.
import wgsl from '../../shaders/rmsprop.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * s += gain·(g² - s);  step = hyper[1]·g / (√(s + inner_epsilon) + epsilon);  w -= hyper[2]·step,  with gain = 1-ρ
 * (Hinton's lecture 6e, 2012). centered: m += gain·(g - m), and s - m² takes the place of s (Graves 2013). momentum:
 * v = momentum·v + step takes the place of step.
 *
 * As torch.optim.RMSprop inner_epsilon is 0; as in Keras epsilon is 0. hyper [8]: 0 = learning rate; as torch 1 = 1 and
 * 2 = rate, as in Keras 1 = rate and 2 = 1. gradients [P] become g as weight_update.ts says; parameters [P], square and, where used, mean
 * and velocity [P] are updated.
 */
export const rmspropKernel = defineKernel({
  name: 'rmsprop',
  wgsl,
  bindings: { ...updateBindings, square: 'readwrite', mean: 'readwrite', velocity: 'readwrite' },
  params: {
    ...updateParams,
    centered: 'u32',
    gain: 'f32',
    momentum: 'f32',
    epsilon: 'f32',
    inner_epsilon: 'f32',
  },
  constants: (p) => ({ ...updateConstants(p), CENTERED: p.centered === 1, MOMENTUM: p.momentum > 0 }),
  workgroups: updateGrid,
  reference({ square, mean, velocity, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      square[i] += p.gain * (g * g - square[i]);
      let s = square[i];
      if (p.centered === 1) {
        mean[i] += p.gain * (g - mean[i]);
        s = Math.max(s - mean[i] * mean[i], 0);
      }
      let step = (hyper[1] * g) / (Math.sqrt(s + p.inner_epsilon) + p.epsilon);
      if (p.momentum > 0) {
        step += p.momentum * velocity[i];
        velocity[i] = step;
      }
      return weight - hyper[2] * step;
    });
  },
  cost: (p) => ({ flops: 16 * p.size, bytes: 4 * 9 * p.size }),
});
