// Adam, AMSGrad and AdamW, one dispatch for all parameters.
import wgsl from '../../shaders/adam.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * m += gain1·(g - m);  v += gain2·(g² - v);  w -= hyper[1]·m / (√v·hyper[2] + epsilon),
 * with gain1 = 1-β₁, gain2 = 1-β₂ (Kingma and Ba 2015). With amsgrad the largest v so far takes the place of v (Reddi et
 * al. 2018).
 *
 * hyper [8]: 0 = rate; as torch.optim.Adam 1 = rate/(1-β₁ᵗ) and 2 = 1/√(1-β₂ᵗ), as in Keras 1 = rate·√(1-β₂ᵗ)/(1-β₁ᵗ) and
 * 2 = 1. gradients [P] become g as weight_update.ts says; parameters [P], mean, square and, with amsgrad, largest [P]
 * are updated.
 */
export const adamKernel = defineKernel({
  name: 'adam',
  wgsl,
  bindings: { ...updateBindings, mean: 'readwrite', square: 'readwrite', largest: 'readwrite' },
  params: { ...updateParams, amsgrad: 'u32', gain1: 'f32', gain2: 'f32', epsilon: 'f32' },
  constants: (p) => ({ ...updateConstants(p), AMSGRAD: p.amsgrad === 1 }),
  workgroups: updateGrid,
  reference({ mean, square, largest, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      mean[i] += p.gain1 * (g - mean[i]);
      square[i] += p.gain2 * (g * g - square[i]);
      let v = square[i];
      if (p.amsgrad === 1) {
        v = Math.max(v, largest[i]);
        largest[i] = v;
      }
      return weight - (hyper[1] * mean[i]) / (Math.sqrt(v) * hyper[2] + p.epsilon);
    });
  },
  cost: (p) => ({ flops: 15 * p.size, bytes: 4 * (p.amsgrad === 1 ? 9 : 7) * p.size }),
});
