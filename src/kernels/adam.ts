// Adam, AMSGrad and AdamW, one dispatch for all parameters.
import wgsl from '../../shaders/adam.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { clipped } from './clip_scale.ts';

/**
 * m += gain1·(g - m);  v += gain2·(g² - v);  w -= hyper[1]·m / (√v·hyper[2] + epsilon),
 * with gain1 = 1-β₁, gain2 = 1-β₂ and hyper [8]: 0 = rate, 1 = rate/(1-β₁ᵗ), 2 = 1/√(1-β₂ᵗ).
 *
 * As torch.optim.Adam and AdamW (Kingma and Ba 2015; Loshchilov and Hutter 2019): g += weight_decay·w before,
 * or, decoupled, w -= rate·weight_decay·w. With amsgrad the largest v so far takes the place of v (Reddi et al. 2018).
 * gradients [P] are taken as clip [2] = (norm, scale) and clip_value say (see clip_scale.ts). parameters [P],
 * mean, square and, with amsgrad, largest [P] are updated.
 */
export const adamKernel = defineKernel({
  name: 'adam',
  wgsl,
  bindings: {
    gradients: 'read',
    hyper: 'read',
    clip: 'read',
    parameters: 'readwrite',
    mean: 'readwrite',
    square: 'readwrite',
    largest: 'readwrite',
  },
  params: {
    size: 'u32',
    amsgrad: 'u32',
    decoupled: 'u32',
    gain1: 'f32',
    gain2: 'f32',
    epsilon: 'f32',
    weight_decay: 'f32',
    clip_value: 'f32',
  },
  constants: (p) => ({ AMSGRAD: p.amsgrad === 1, DECOUPLED: p.decoupled === 1 }),
  workgroups: (p) => linearGrid(p.size, 64),
  reference({ gradients, hyper, clip, parameters, mean, square, largest }, p) {
    for (let i = 0; i < p.size; i++) {
      const clean = clipped(gradients[i], clip[1], p.clip_value);
      const before = parameters[i];
      const weight = p.decoupled === 1 ? before - hyper[0] * p.weight_decay * before : before;
      const g = p.decoupled === 1 ? clean : clean + p.weight_decay * before;
      mean[i] += p.gain1 * (g - mean[i]);
      square[i] += p.gain2 * (g * g - square[i]);
      let v = square[i];
      if (p.amsgrad === 1) {
        v = Math.max(v, largest[i]);
        largest[i] = v;
      }
      parameters[i] = weight - (hyper[1] * mean[i]) / (Math.sqrt(v) * hyper[2] + p.epsilon);
    }
  },
  cost: (p) => ({ flops: 13 * p.size, bytes: 4 * 9 * p.size }),
});
