// Stochastic gradient descent with momentum, one dispatch for all parameters.
import wgsl from '../../shaders/sgd.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { updateBindings, updateConstants, updateGrid, updateParams, updateWeights } from './weight_update.ts';

/**
 * v = momentum·v + hyper[1]·g;  w -= hyper[2]·v, with nesterov w -= hyper[2]·(hyper[1]·g + momentum·v);
 * without momentum w -= hyper[0]·g, and velocity is not read (Sutskever et al. 2013).
 *
 * hyper [8]: 0 = learning rate; as torch.optim.SGD without dampening 1 = 1 and 2 = rate, as in Keras 1 = rate and 2 = 1.
 * gradients [P] become g as weight_update.ts says; parameters [P] and velocity [P] are updated.
 */
export const sgdKernel = defineKernel({
  name: 'sgd',
  wgsl,
  bindings: { ...updateBindings, velocity: 'readwrite' },
  params: { ...updateParams, nesterov: 'u32', momentum: 'f32' },
  constants: (p) => ({ ...updateConstants(p), MOMENTUM: p.momentum > 0, NESTEROV: p.nesterov === 1 }),
  workgroups: updateGrid,
  reference({ velocity, ...updated }, p) {
    const { hyper } = updated;
    updateWeights(updated, p, (i, g, weight) => {
      if (p.momentum === 0) return weight - hyper[0] * g;
      const step = hyper[1] * g;
      velocity[i] = p.momentum * velocity[i] + step;
      return weight - hyper[2] * (p.nesterov === 1 ? step + p.momentum * velocity[i] : velocity[i]);
    });
  },
  cost: (p) => ({ flops: 7 * p.size, bytes: 4 * 5 * p.size }),
});
