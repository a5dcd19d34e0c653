// FTRL, one dispatch for all parameters.
import wgsl from '../../shaders/ftrl.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * n' = n + g²;  z += g + 2·shrinkage·w - (n'^power - n^power)/rate·w;
 * w = rate·(clamp(z, ±l1_strength) - z) / (n'^power + 2·rate·l2_strength + beta), as keras.optimizers.Ftrl (McMahan et
 * al. 2013).
 *
 * n = initial + square, because slots start at zero. hyper [8]: 0 = learning rate; a rate of 0 leaves everything as it is.
 * gradients [P] become g as weight_update.ts says; parameters [P], square and linear (z) [P] are updated.
 */
export const ftrlKernel = defineKernel({
  name: 'ftrl',
  wgsl,
  bindings: { ...updateBindings, square: 'readwrite', linear: 'readwrite' },
  params: {
    ...updateParams,
    power: 'f32',
    initial: 'f32',
    l1_strength: 'f32',
    l2_strength: 'f32',
    shrinkage: 'f32',
    beta: 'f32',
  },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ square, linear, ...updated }, p) {
    const rate = updated.hyper[0];
    updateWeights(updated, p, (i, g, weight) => {
      if (rate === 0) return weight;
      const before = (p.initial + square[i]) ** p.power;
      square[i] += g * g;
      const after = (p.initial + square[i]) ** p.power;
      linear[i] += g + 2 * p.shrinkage * weight - ((after - before) / rate) * weight;
      const denominator = after + 2 * rate * p.l2_strength + p.beta;
      if (denominator === 0) return weight;
      const clamped = Math.min(Math.max(linear[i], -p.l1_strength), p.l1_strength);
      return (rate * (clamped - linear[i])) / denominator;
    });
  },
  cost: (p) => ({ flops: 24 * p.size, bytes: 4 * 7 * p.size }),
});
