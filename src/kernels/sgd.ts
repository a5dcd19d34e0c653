// Stochastic gradient descent with momentum, one dispatch for all parameters.
import wgsl from '../../shaders/sgd.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * g += weight_decay·w;  v = momentum·v + g;  w -= rate·v, with nesterov w -= rate·(g + momentum·v).
 *
 * As torch.optim.SGD without dampening (Sutskever et al. 2013); without momentum w -= rate·g and velocity is not read.
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P] and
 * velocity [P] are updated. hyper [8]: 0 = learning rate.
 */
export const sgdKernel = defineKernel({
  name: 'sgd',
  wgsl,
  bindings: {
    gradients: 'read',
    hyper: 'read',
    clip: 'read',
    parameters: 'readwrite',
    velocity: 'readwrite',
  },
  params: { size: 'u32', nesterov: 'u32', momentum: 'f32', weight_decay: 'f32', clip_value: 'f32' },
  constants: (p) => ({ MOMENTUM: p.momentum > 0, NESTEROV: p.nesterov === 1 }),
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, velocity }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const g = clean + p.weight_decay * parameters[i];
      let step = g;
      if (p.momentum > 0) {
        velocity[i] = p.momentum * velocity[i] + g;
        step = p.nesterov === 1 ? g + p.momentum * velocity[i] : velocity[i];
      }
      parameters[i] -= hyper[0] * step;
    }
  },
  cost: (p) => ({ flops: 6 * p.size, bytes: 4 * 5 * p.size }),
});
