// Holds the norms of the vectors of a weight within limits.
import wgsl from '../../shaders/norm_constraint.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * w[o,:,i] *= (rate·clamp(n, low, high) + (1 - rate)·n) / (n + epsilon), n the Euclidean norm of w[o,:,i].
 *
 * w [outer,length,inner] is overwritten. As Keras' MaxNorm, UnitNorm and MinMaxNorm, epsilon included.
 */
export const normConstraintKernel = defineKernel({
  name: 'norm_constraint',
  wgsl,
  bindings: { w: 'readwrite' },
  params: {
    outer: 'u32',
    length: 'u32',
    inner: 'u32',
    low: 'f32',
    high: 'f32',
    rate: 'f32',
    epsilon: 'f32',
    w_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.outer * p.inner, 64),
  reference({ w }, p) {
    for (let column = 0; column < p.outer * p.inner; column++) {
      const first = p.w_offset + Math.floor(column / p.inner) * p.length * p.inner + (column % p.inner);
      let sum = 0;
      for (let k = 0; k < p.length; k++) sum += w[first + k * p.inner] ** 2;
      const norm = Math.sqrt(sum);
      const wanted = p.rate * Math.min(Math.max(norm, p.low), p.high) + (1 - p.rate) * norm;
      const scale = wanted / (norm + p.epsilon);
      for (let k = 0; k < p.length; k++) w[first + k * p.inner] *= scale;
    }
  },
  cost: (p) => ({ flops: 3 * p.outer * p.length * p.inner, bytes: 12 * p.outer * p.length * p.inner }),
});

export interface NormConstraintOptions {
  /** Vectors lie along the middle one of these three axes. */
  outer: number;
  length: number;
  inner: number;
  low: number;
  high: number;
  rate: number;
}

/** Keras' backend.epsilon(). */
const EPSILON = 1e-7;

/** Emits the rule for w of outer·length·inner elements, which is overwritten. */
export function normConstraint(b: Builder, w: Tensor, options: NormConstraintOptions): void {
  b.dispatch(normConstraintKernel, { w }, { ...options, epsilon: EPSILON });
}
