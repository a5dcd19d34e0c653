// RMSprop, one dispatch for all parameters.
import wgsl from '../../shaders/rmsprop.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * g += weight_decay·w;  s += gain·(g² - s);  step = g / (√s + epsilon);  w -= rate·step,  with gain = 1-ρ.
 *
 * As torch.optim.RMSprop (Hinton's lecture 6e, 2012). centered: m += gain·(g - m), and s - m² takes the place of s
 * (Graves 2013). momentum: v = momentum·v + step takes the place of step.
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P], square
 * and, where used, mean and velocity [P] are updated. hyper [8]: 0 = learning rate.
 */
export const rmspropKernel = defineKernel({
  name: 'rmsprop',
  wgsl,
  bindings: {
    gradients: 'read',
    hyper: 'read',
    clip: 'read',
    parameters: 'readwrite',
    square: 'readwrite',
    mean: 'readwrite',
    velocity: 'readwrite',
  },
  params: {
    size: 'u32',
    centered: 'u32',
    gain: 'f32',
    momentum: 'f32',
    epsilon: 'f32',
    weight_decay: 'f32',
    clip_value: 'f32',
  },
  constants: (p) => ({ CENTERED: p.centered === 1, MOMENTUM: p.momentum > 0 }),
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, square, mean, velocity }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const g = clean + p.weight_decay * parameters[i];
      square[i] += p.gain * (g * g - square[i]);
      let s = square[i];
      if (p.centered === 1) {
        mean[i] += p.gain * (g - mean[i]);
        s = Math.max(s - mean[i] * mean[i], 0);
      }
      let step = g / (Math.sqrt(s) + p.epsilon);
      if (p.momentum > 0) {
        step += p.momentum * velocity[i];
        velocity[i] = step;
      }
      parameters[i] -= hyper[0] * step;
    }
  },
  cost: (p) => ({ flops: 14 * p.size, bytes: 4 * 9 * p.size }),
});
