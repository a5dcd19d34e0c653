// Lion, one dispatch for all parameters.
import wgsl from '../../shaders/lion.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * w -= rate·sign(m + gain1·(g - m));  m += gain2·(g - m), with gain1 = 1-β₁, gain2 = 1-β₂ (Chen et al. 2023).
 *
 * hyper [8]: 0 = learning rate. gradients [P] become g as weight_update.ts says; parameters [P] and mean (m) [P] are
 * updated.
 */
export const lionKernel = defineKernel({
  name: 'lion',
  wgsl,
  bindings: { ...updateBindings, mean: 'readwrite' },
  params: { ...updateParams, gain1: 'f32', gain2: 'f32' },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ mean, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      const m = mean[i];
      mean[i] = m + p.gain2 * (g - m);
      return weight - hyper[0] * Math.sign(m + p.gain1 * (g - m));
    });
  },
  cost: (p) => ({ flops: 11 * p.size, bytes: 4 * 5 * p.size }),
});
