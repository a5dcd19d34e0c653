// Nadam, one dispatch for all parameters.
import wgsl from '../../shaders/nadam.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * g += weight_decay·w;  m += gain1·(g - m);  v += gain2·(g² - v);
 * w -= (hyper[1]·g + hyper[2]·m) / (√v·hyper[3] + epsilon),  with gain1 = 1-β₁, gain2 = 1-β₂ and
 * hyper [8]: 0 = rate, 1 = rate·(1-μₜ)/(1-Πμ up to t), 2 = rate·μₜ₊₁/(1-Πμ up to t+1), 3 = 1/√(1-β₂ᵗ).
 *
 * As torch.optim.NAdam (Dozat 2016).
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P], mean
 * and square [P] are updated.
 */
export const nadamKernel = defineKernel({
  name: 'nadam',
  wgsl,
  bindings: {
    gradients: 'read',
    hyper: 'read',
    clip: 'read',
    parameters: 'readwrite',
    mean: 'readwrite',
    square: 'readwrite',
  },
  params: { size: 'u32', gain1: 'f32', gain2: 'f32', epsilon: 'f32', weight_decay: 'f32', clip_value: 'f32' },
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, mean, square }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const g = clean + p.weight_decay * parameters[i];
      mean[i] += p.gain1 * (g - mean[i]);
      square[i] += p.gain2 * (g * g - square[i]);
      parameters[i] -= (hyper[1] * g + hyper[2] * mean[i]) / (Math.sqrt(square[i]) * hyper[3] + p.epsilon);
    }
  },
  cost: (p) => ({ flops: 15 * p.size, bytes: 4 * 7 * p.size }),
});
