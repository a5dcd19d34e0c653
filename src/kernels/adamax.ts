// AdaMax, one dispatch for all parameters.
import wgsl from '../../shaders/adamax.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * m += gain1·(g - m);  u = max(beta2·u, |g| + inner_epsilon);  w -= hyper[1]·m / (u + epsilon), with gain1 = 1-β₁
 * (Kingma and Ba 2015, section 7.1).
 *
 * As torch.optim.Adamax epsilon is 0, as in Keras inner_epsilon is. hyper [8]: 0 = rate, 1 = rate/(1-β₁ᵗ). gradients [P]
 * become g as weight_update.ts says; parameters [P], mean and largest (u) [P] are updated.
 */
export const adamaxKernel = defineKernel({
  name: 'adamax',
  wgsl,
  bindings: { ...updateBindings, mean: 'readwrite', largest: 'readwrite' },
  params: { ...updateParams, gain1: 'f32', beta2: 'f32', epsilon: 'f32', inner_epsilon: 'f32' },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ mean, largest, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      mean[i] += p.gain1 * (g - mean[i]);
      largest[i] = Math.max(p.beta2 * largest[i], Math.abs(g) + p.inner_epsilon);
      return weight - (hyper[1] * mean[i]) / (largest[i] + p.epsilon);
    });
  },
  cost: (p) => ({ flops: 13 * p.size, bytes: 4 * 7 * p.size }),
});
