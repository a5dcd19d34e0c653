// Nadam, one dispatch for all parameters.
import wgsl from '../../shaders/nadam.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * m += gain1·(g - m);  v += gain2·(g² - v);  w -= (hyper[1]·g + hyper[2]·m) / (√v·hyper[3] + epsilon),
 * with gain1 = 1-β₁, gain2 = 1-β₂, as torch.optim.NAdam and Keras (Dozat 2016).
 *
 * hyper [8]: 0 = rate, 1 = rate·(1-μₜ)/(1-Πμ up to t), 2 = rate·μₜ₊₁/(1-Πμ up to t+1), 3 = 1/√(1-β₂ᵗ).
 * gradients [P] become g as weight_update.ts says; parameters [P], mean and square [P] are updated.
 */
export const nadamKernel = defineKernel({
  name: 'nadam',
  wgsl,
  bindings: { ...updateBindings, mean: 'readwrite', square: 'readwrite' },
  params: { ...updateParams, gain1: 'f32', gain2: 'f32', epsilon: 'f32' },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ mean, square, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      mean[i] += p.gain1 * (g - mean[i]);
      square[i] += p.gain2 * (g * g - square[i]);
      return weight - (hyper[1] * g + hyper[2] * mean[i]) / (Math.sqrt(square[i]) * hyper[3] + p.epsilon);
    });
  },
  cost: (p) => ({ flops: 17 * p.size, bytes: 4 * 7 * p.size }),
});
