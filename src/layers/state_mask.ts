// The mask of recurrent dropout: other elements in every run, the same at all steps.
import type { Builder } from '../core/builder.ts';
import { type Tensor, tensor } from '../core/tensor.ts';
import { dropped } from './dropout.ts';

/**
 * Returns a mask [N,P] of zeros, with probability `rate`, and of 1/(1 - rate); undefined outside training and at rate 0.
 * h is multiplied by it before its product with R (Gal and Ghahramani 2016), as Keras' recurrent_dropout.
 */
export function stateMask(b: Builder, shape: readonly [number, number], rate: number): Tensor | undefined {
  if (!b.training || rate === 0) return undefined;
  const [batch, outputs] = shape;
  const ones = b.once(`ones ${batch} ${outputs}`, () =>
    tensor('ones', shape, 'scratch', { initial: () => new Float64Array(batch * outputs).fill(1) }),
  );
  return dropped(b, ones, rate);
}
