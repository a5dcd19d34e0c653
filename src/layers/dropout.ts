// The dropout layer: other elements are dropped in every run, by the plan's clock.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { hashText } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { clock } from '../kernels/clock.ts';
import { dropoutForward } from '../kernels/dropout.ts';
import type { Layer } from './layer.ts';

export interface DropoutOptions {
  /** The part of the elements that is dropped, in [0, 1). */
  rate: number;
  name?: string;
}

/**
 * Dropout (Srivastava et al. 2014): in training each element of x [...] becomes 0 with probability `rate`, the others
 * are divided by 1 - rate; outside training, and at rate 0, the layer returns x itself.
 * The choice depends on the seed and run count in the plan's clock, on the scope and on the order of the layers.
 * @throws OptionError for a rate outside [0, 1).
 */
export function dropout(options: DropoutOptions): Layer {
  checkOptions('dropout', options, ['rate', 'name']);
  const { rate, name = 'dropout' } = options;
  expectRate(rate, `${name}/rate`);
  return {
    name,
    build(b, x) {
      return dropped(b, x, rate);
    },
  };
}

/**
 * Returns x with elements dropped at `rate`, or x itself outside training and at rate 0, and leaves the backward step.
 * The choice repeats after `period` elements, such as N·D of x [T,N,D]; default never. Differs from call to call.
 */
export function dropped(b: Builder, x: Tensor, rate: number, period = sizeOf(x.shape)): Tensor {
  if (!b.training || rate === 0) return x;
  const known = b.once('dropouts', () => ({ count: 0 }));
  // A layer that stands in a model twice drops other elements each time.
  const stream = hashText(`${b.path} ${known.count++}`);
  const time = clock(b);
  const y = b.activation('y', x.shape, { differentiable: x.differentiable });
  b.setMask(y, b.maskOf(x));
  dropoutForward(b, { x, y, clock: time, rate, stream, period });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const into = dy && b.gradInto(x);
    if (into) {
      const { tensor, accumulate } = into;
      dropoutForward(b, { x: dy, y: tensor, clock: time, rate, stream, period, accumulate });
    }
  });
  return y;
}

/** @throws OptionError unless `rate` is at least 0 and below 1. */
export function expectRate(rate: number, where: string): number {
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1)) {
    throw new OptionError(`[${where}] must be at least 0 and below 1, got ${shown(rate)}`);
  }
  return rate;
}
