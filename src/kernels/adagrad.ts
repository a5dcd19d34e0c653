// AdaGrad, one dispatch for all parameters.
import wgsl from '../../shaders/adagrad.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * g += weight_decay·w;  s += g²;  w -= rate·g / (√(initial + s) + epsilon).
 *
 * As torch.optim.Adagrad (Duchi et al. 2011); the slot starts at zero, so that the initial value is added here.
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P] and
 * square [P] are updated. hyper [8]: 0 = learning rate.
 */
export const adagradKernel = defineKernel({
  name: 'adagrad',
  wgsl,
  bindings: { gradients: 'read', hyper: 'read', clip: 'read', parameters: 'readwrite', square: 'readwrite' },
  params: { size: 'u32', initial: 'f32', epsilon: 'f32', weight_decay: 'f32', clip_value: 'f32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, square }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const g = clean + p.weight_decay * parameters[i];
      square[i] += g * g;
      parameters[i] -= (hyper[0] * g) / (Math.sqrt(p.initial + square[i]) + p.epsilon);
    }
  },
  cost: (p) => ({ flops: 9 * p.size, bytes: 4 * 5 * p.size }),
});
