// Dropout by a hash of position and clock: no mask is stored, forward and backward make the same choice.
import wgsl from '../../shaders/dropout.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { randomWord } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/**
 * y[i] (+)= keep(i)·x[i]/(1 - rate), keep(i) with probability 1 - rate (Srivastava et al. 2014, scaled in training).
 *
 * keep(i): the upper 24 bits of randomWord(randomWord(seed_low, seed_high, runs), stream, i mod period) are at least rate·2^24.
 * x, y [count]; clock [4] = (position, runs, seed_low, seed_high).
 */
export const dropoutKernel = defineKernel({
  name: 'dropout',
  wgsl,
  bindings: { x: 'read', clock: 'read u32', y: 'readwrite' },
  params: {
    count: 'u32',
    rate: 'f32',
    stream: 'u32',
    period: 'u32',
    accumulate: 'u32',
    x_offset: 'u32',
    y_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ x, clock, y }, p) {
    // Rounded as on the GPU, so that no element is kept on one and dropped on the other.
    const rate = Math.fround(p.rate);
    const run = randomWord(clock[2], clock[3], clock[1]);
    for (let i = 0; i < p.count; i++) {
      const kept = randomWord(run, p.stream, i % p.period) >>> 8 >= rate * 2 ** 24;
      const value = kept ? x[p.x_offset + i] / (1 - rate) : 0;
      const at = p.y_offset + i;
      y[at] = p.accumulate === 1 ? y[at] + value : value;
    }
  },
  cost: (p) => ({ flops: p.count, bytes: 8 * p.count }),
});

export interface DropoutOptions {
  x: Tensor;
  /** of the size of x, written or added to */
  y: Tensor;
  /** [4] u32, the plan's clock */
  clock: Tensor;
  /** The part that is dropped, in [0, 1). */
  rate: number;
  /** A word that differs from layer to layer. */
  stream: number;
  /** Elements after which the choice repeats, such as N·D of x [T,N,D] for the same choice at all steps; default all. */
  period?: number;
  accumulate?: 0 | 1;
}

/** Emits y (+)= dropout(x); the same call on the gradient is its backward pass. */
export function dropoutForward(b: Builder, options: DropoutOptions): void {
  const { x, y, clock, rate, stream, accumulate = 0 } = options;
  const count = sizeOf(x.shape);
  const { period = count } = options;
  b.dispatch(dropoutKernel, { x, clock, y }, { count, rate, stream, period, accumulate });
}
