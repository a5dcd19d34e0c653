// AdaGrad, one dispatch for all parameters.
import wgsl from '../../shaders/adagrad.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * s += g²;  w -= rate·g / (√(initial + s) + epsilon) (Duchi et al. 2011).
 *
 * The slot starts at zero, so that the initial value is added here; Keras' epsilon, within the root, is a part of it.
 * hyper [8]: 0 = learning rate. gradients [P] become g as weight_update.ts says; parameters [P] and square [P] are updated.
 */
export const adagradKernel = defineKernel({
  name: 'adagrad',
  wgsl,
  bindings: { ...updateBindings, square: 'readwrite' },
  params: { ...updateParams, initial: 'f32', epsilon: 'f32' },
  constants: updateConstants,
  workgroups: updateGrid,
  reference({ square, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      square[i] += g * g;
      return weight - (hyper[0] * g) / (Math.sqrt(p.initial + square[i]) + p.epsilon);
    });
  },
  cost: (p) => ({ flops: 11 * p.size, bytes: 4 * 5 * p.size }),
});
