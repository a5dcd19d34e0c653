// The dropout layer: other elements are dropped in every run, by the plan's clock.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectOptions, shown } from '../core/options.ts';
import { hashText } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { clock } from '../kernels/clock.ts';
import { dropoutForward } from '../kernels/dropout.ts';
import { publicShape } from './layout.ts';
import { multiplied } from './operations.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { passFractions } from './probabilities.ts';

export interface DropoutOptions extends LayerOptions {
  /** The part of the elements that is dropped, in [0, 1). */
  rate: number;
  /** Decides, with the seed of the plan's clock and the number of the run, what is dropped; default the layer's name. */
  seed?: number | null;
  /**
   * The shape of the choice in the order [N,T,D], with 1 where it is the same along an axis and null for as long as x:
   * [null, 1, null] drops whole features of a sequence. Default: each element for itself.
   */
  noiseShape?: readonly (number | null)[] | null;
}

/**
 * Dropout (Srivastava et al. 2014): in training each element of x [...] becomes 0 with probability `rate`, the others
 * are divided by 1 - rate; outside training, and at rate 0, the layer returns x itself.
 * The choice depends on the seed and run count in the plan's clock, on the scope and on the order of the layers.
 * @throws OptionError for a rate outside [0, 1); ShapeError for a noise shape that does not fit x.
 */
export function dropout(options: DropoutOptions): AppliedLayer {
  expectOptions('dropout', options, ['rate', 'seed', 'noiseShape']);
  const { rate, seed = null, noiseShape = null } = options;
  expectRate(rate, `${options?.name ?? 'dropout'}/rate`);
  expectSeed(seed, 'dropout/seed');
  return plainLayer({
    className: 'Dropout',
    name: 'dropout',
    options,
    config: { rate, seed, noiseShape: noiseShape && [...noiseShape] },
    build: (b, name, x) =>
      noiseShape ? droppedAlike(b, name, x, rate, noiseShape, seed) : dropped(b, x, rate, undefined, seed),
  });
}

export interface SpatialDropout1DOptions extends LayerOptions {
  /** The part of the features that is dropped, in [0, 1). */
  rate: number;
  seed?: number | null;
}

/**
 * Dropout of whole features of a sequence x [N,T,D]: one choice for each sample and feature, the same at all steps
 * (Tompson et al. 2015).
 * @throws OptionError for a rate outside [0, 1); ShapeError for what is no sequence.
 */
export function spatialDropout1D(options: SpatialDropout1DOptions): AppliedLayer {
  expectOptions('spatialDropout1D', options, ['rate', 'seed']);
  const { rate, seed = null } = options;
  expectRate(rate, `${options?.name ?? 'spatialDropout1D'}/rate`);
  expectSeed(seed, 'spatialDropout1D/seed');
  return plainLayer({
    className: 'SpatialDropout1D',
    name: 'spatial_dropout1d',
    options,
    config: { rate, seed },
    build(b, name, x) {
      if (x.shape.length !== 3) {
        throw new ShapeError(`[${name}] expected [N, T, D], got ${show(publicShape(x))} (${x.name})`);
      }
      return dropped(b, x, rate, x.shape[1] * x.shape[2], seed);
    },
  });
}

/** Dropout whose choice is the same along the axes where `noiseShape` has 1. */
function droppedAlike(
  b: Builder,
  name: string,
  x: Tensor,
  rate: number,
  noiseShape: readonly (number | null)[],
  seed: number | null,
): Tensor {
  const shape = publicShape(x);
  const noise = noiseShape.map((n, k) => n ?? shape[k]);
  if (noise.length !== shape.length || noise.some((n, k) => n !== 1 && n !== shape[k])) {
    throw new ShapeError(
      `[${name}/noiseShape] [${noiseShape.map(String).join(', ')}] does not fit ${show(shape)} (${x.name}):` +
        ' each length must be 1, null or as long as the input',
    );
  }
  if (!b.training || rate === 0) return x;
  // The same function puts time first again.
  const physical = publicShape({ shape: noise, dtype: x.dtype });
  const differing = physical.findIndex((n, k) => n !== 1 || x.shape[k] === 1);
  if (physical.slice(differing).every((n, k) => n === x.shape[differing + k])) {
    return dropped(b, x, rate, sizeOf(x.shape.slice(differing)), seed);
  }
  const ones = b.state('ones', physical, { initial: () => new Float32Array(sizeOf(physical)).fill(1) });
  const y = multiplied(b, x, dropped(b, ones, rate, undefined, seed));
  passFractions(b, y, x);
  return y;
}

/**
 * Returns x with elements dropped at `rate`, or x itself outside training and at rate 0, and leaves the backward step.
 * The choice repeats after `period` elements, such as N·D of x [T,N,D]; default never. Differs from call to call, unless
 * a seed is given.
 */
export function dropped(
  b: Builder,
  x: Tensor,
  rate: number,
  period = sizeOf(x.shape),
  seed: number | null = null,
): Tensor {
  if (!b.training || rate === 0) return x;
  const known = b.once('dropouts', () => ({ count: 0 }));
  // A layer that stands in a model twice drops other elements each time.
  const stream = hashText(seed === null ? `${b.path} ${known.count++}` : `seed ${seed}`);
  const time = clock(b);
  const y = b.activation('y', x.shape, { differentiable: x.differentiable });
  b.setMask(y, b.maskOf(x));
  // As Keras, whose losses take what was dropped and scaled for probabilities still.
  passFractions(b, y, x);
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

function expectSeed(seed: number | null, where: string): void {
  if (seed !== null && !Number.isFinite(seed)) {
    throw new OptionError(`[${where}] must be a number or null, got ${shown(seed)}`);
  }
}
