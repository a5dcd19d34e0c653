// Keras' layers for activations that have options or weights of their own.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { applyActivation } from './activation.ts';
import { defineLayer, type Layer } from './layer.ts';
import { isTimeMajor, publicShape } from './layout.ts';
import { broadcast, permuted } from './movements.ts';
import { added, multiplied, subtracted } from './operations.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';

export interface LeakyReLUOptions extends LayerOptions {
  /** The slope left of zero; default 0.3. */
  negativeSlope?: number;
}

/** x, and negativeSlope·x left of zero; Maas et al. 2013. */
export function leakyReLU(options: LeakyReLUOptions = {}): AppliedLayer {
  const { negativeSlope = 0.3 } = options;
  expectNumber('leakyReLU/negativeSlope', negativeSlope);
  return plainLayer({
    className: 'LeakyReLU',
    name: 'leaky_re_lu',
    options,
    config: { negativeSlope },
    rowwise: true,
    build: (b, _name, x) => applyActivation(b, x, 'leakyRelu', { alpha: negativeSlope }),
  });
}

export interface ReLUOptions extends LayerOptions {
  /** What the result does not exceed; default no limit. */
  maxValue?: number | null;
  /** The slope left of zero; default 0. */
  negativeSlope?: number;
}

/** The larger of x and 0, or negativeSlope·x left of zero, and at most `maxValue`. */
export function reLU(options: ReLUOptions = {}): AppliedLayer {
  const { maxValue = null, negativeSlope = 0 } = options;
  expectNumber('reLU/negativeSlope', negativeSlope);
  if (maxValue !== null) expectNumber('reLU/maxValue', maxValue);
  return plainLayer({
    className: 'ReLU',
    name: 're_lu',
    options,
    config: { maxValue, negativeSlope },
    rowwise: true,
    build(b, _name, x) {
      const y =
        negativeSlope === 0
          ? applyActivation(b, x, 'relu')
          : applyActivation(b, x, 'leakyRelu', { alpha: negativeSlope });
      if (maxValue === null) return y;
      // The smaller of y and the limit, as limit - relu(limit - y).
      const mirror = (t: Tensor) => applyActivation(b, t, 'affine', { alpha: -1, beta: maxValue });
      return mirror(applyActivation(b, mirror(y), 'relu'));
    },
  });
}

export interface EluOptions extends LayerOptions {
  /** What the activation goes to on the left, negated; default 1. */
  alpha?: number;
}

/** x, and alpha·(exp(x) - 1) left of zero; Clevert et al. 2016. */
export function elu(options: EluOptions = {}): AppliedLayer {
  const { alpha = 1 } = options;
  expectNumber('elu/alpha', alpha);
  return plainLayer({
    className: 'ELU',
    name: 'elu',
    options,
    config: { alpha },
    rowwise: true,
    build: (b, _name, x) => applyActivation(b, x, 'elu', { alpha }),
  });
}

export interface SoftmaxOptions extends LayerOptions {
  /** The axis in the order [N,T,D], negative from the end; default -1. */
  axis?: number;
}

/**
 * Softmax along one axis.
 * @throws OptionError for an axis that is no integer; ShapeError for one that is not there, or the batch.
 */
export function softmax(options: SoftmaxOptions = {}): AppliedLayer {
  const { axis = -1 } = options;
  if (!Number.isInteger(axis)) throw new OptionError(`[softmax/axis] must be an integer, got ${shown(axis)}`);
  return plainLayer({
    className: 'Softmax',
    name: 'softmax',
    options,
    config: { axis },
    build(b, name, x) {
      const rank = x.shape.length;
      const at = axis < 0 ? axis + rank : axis;
      if (at < 1 || at >= rank) {
        throw new ShapeError(
          `[${name}] there is no axis ${axis} besides the batch in ${show(publicShape(x))} (${x.name})`,
        );
      }
      if (at === rank - 1) return applyActivation(b, x, 'softmax');
      const physical = isTimeMajor(x) && at === 1 ? 0 : at;
      const last = [...x.shape.keys()].filter((k) => k !== physical);
      const y = applyActivation(b, permuted(b, x, [...last, physical]), 'softmax');
      const back = [...x.shape.keys()].map((k) => (k === physical ? rank - 1 : last.indexOf(k)));
      const z = permuted(b, y, back);
      b.setMask(z, b.maskOf(x));
      return z;
    },
  });
}

export interface PReLUOptions extends LayerOptions, WeightOptions<'alpha'> {
  /** Axes in the order [N,T,D], from 1 on, along which all elements share a slope; default none. */
  sharedAxes?: readonly number[];
}

/**
 * x, and alpha∘x left of zero, with a slope for each element of a sample; He et al. 2015.
 *
 * Parameter: alpha, of the shape of a sample, with length 1 along shared axes; zeros at first.
 * @throws OptionError for axes that are no positive integers.
 */
export function prelu(options: PReLUOptions = {}): AppliedLayer {
  const known = [...weightOptionNames('alpha'), 'sharedAxes', 'name', 'trainable'];
  checkOptions('prelu', options, known);
  const { sharedAxes = [], name = 'p_re_lu', trainable = true } = options;
  if (!Array.isArray(sharedAxes) || sharedAxes.some((axis) => !Number.isInteger(axis) || axis < 1)) {
    throw new OptionError(
      `[${name}/sharedAxes] must be axes from 1 on, such as [1], got ${JSON.stringify(sharedAxes)}`,
    );
  }
  const alpha = weightRules(name, 'alpha', options, 'zeros');
  const layer: Layer = {
    name,
    className: 'PReLU',
    trainable,
    build(b, x) {
      const [, ...sample] = publicShape(x);
      const shape = sample.map((n, k) => (sharedAxes.includes(k + 1) ? 1 : n));
      return sloped(b, x, alpha.declare(b, 'alpha', shape));
    },
    getConfig: () => ({
      ...{ name, trainable: made.trainable ?? trainable },
      ...alpha.getConfig(),
      sharedAxes: [...sharedAxes],
    }),
  };
  const made = defineLayer(layer);
  return made;
}

/** relu(x) + alpha∘(x - relu(x)). */
function sloped(b: Builder, x: Tensor, alpha: Tensor): Tensor {
  const [first, ...rest] = alpha.shape;
  const placed = isTimeMajor(x) ? [first, 1, ...rest] : [1, first, ...rest];
  const slopes = broadcast(b, b.view(alpha, 0, placed), x.shape);
  const right = applyActivation(b, x, 'relu');
  const y = added(b, right, multiplied(b, subtracted(b, x, right), slopes));
  b.setMask(y, b.maskOf(x));
  return y;
}

function expectNumber(where: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new OptionError(`[${where}] must be a number, got ${shown(value)}`);
  }
}
