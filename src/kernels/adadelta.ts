// Adadelta, one dispatch for all parameters.
import wgsl from '../../shaders/adadelta.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * s += gain·(g² - s);  d = g·√(u + epsilon)/√(s + epsilon);  u += gain·(d² - u);  w -= rate·d,  with gain = 1-ρ,
 * as torch.optim.Adadelta and Keras (Zeiler 2012).
 *
 * hyper [8]: 0 = learning rate. gradients [P] become g as weight_update.ts says; parameters [P], square (s) and change
 * (u) [P] are updated.
 */
export const adadeltaKernel = defineKernel({
  name: 'adadelta',
  wgsl,
  bindings: { ...updateBindings, square: 'readwrite', change: 'readwrite' },
  params: { ...updateParams, gain: 'f32', epsilon: 'f32' },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ square, change, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      square[i] += p.gain * (g * g - square[i]);
      const d = (g * Math.sqrt(change[i] + p.epsilon)) / Math.sqrt(square[i] + p.epsilon);
      change[i] += p.gain * (d * d - change[i]);
      return weight - hyper[0] * d;
    });
  },
  cost: (p) => ({ flops: 18 * p.size, bytes: 4 * 7 * p.size }),
});
