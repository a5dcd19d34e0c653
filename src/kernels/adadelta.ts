// Adadelta, one dispatch for all parameters.
import wgsl from '../../shaders/adadelta.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * g += weight_decay·w;  s += gain·(g² - s);  d = g·√(u + epsilon)/√(s + epsilon);  u += gain·(d² - u);  w -= rate·d,
 * with gain = 1-ρ.
 *
 * As torch.optim.Adadelta (Zeiler 2012).
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P],
 * square (s) and change (u) [P] are updated. hyper [8]: 0 = learning rate.
 */
export const adadeltaKernel = defineKernel({
  name: 'adadelta',
  wgsl,
  bindings: {
    gradients: 'read',
    hyper: 'read',
    clip: 'read',
    parameters: 'readwrite',
    square: 'readwrite',
    change: 'readwrite',
  },
  params: { size: 'u32', gain: 'f32', epsilon: 'f32', weight_decay: 'f32', clip_value: 'f32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, square, change }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const g = clean + p.weight_decay * parameters[i];
      square[i] += p.gain * (g * g - square[i]);
      const d = (g * Math.sqrt(change[i] + p.epsilon)) / Math.sqrt(square[i] + p.epsilon);
      change[i] += p.gain * (d * d - change[i]);
      parameters[i] -= hyper[0] * d;
    }
  },
  cost: (p) => ({ flops: 16 * p.size, bytes: 4 * 7 * p.size }),
});
