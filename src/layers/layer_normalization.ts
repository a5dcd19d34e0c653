// Layers that normalise each sample and step by itself: layer normalization and its forms without a mean.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { expectFlags, shown } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { columnProduct } from '../kernels/column_product.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { layerNormBackward } from '../kernels/layer_norm_backward.ts';
import { layerNormForward } from '../kernels/layer_norm_forward.ts';
import { rmsNormBackward } from '../kernels/rms_norm_backward.ts';
import { rmsNormForward } from '../kernels/rms_norm_forward.ts';
import { type Axes, expectAxes, lastAxes } from './norm_axes.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';

export interface LayerNormalizationOptions
  extends LayerOptions,
    WeightOptions<'gamma'>,
    WeightOptions<'beta'> {
  /** What is normalised together, in the order [N,T,D]; default -1, the features of one step. */
  axis?: Axes;
  /** Added to the variance; default 0.001. */
  epsilon?: number;
  /** Whether beta is added; default true. */
  center?: boolean;
  /** Whether gamma multiplies; default true. */
  scale?: boolean;
  /** Divides by the deviation alone: no mean is taken away and there is no beta; default false. */
  rmsScaling?: boolean;
}

/**
 * Layer normalization (Ba et al. 2016), x [N,...,D] of the same shape: y = (x - mean)/sqrt(variance + epsilon)·gamma + beta,
 * mean and biased variance over `axis` of each sample; with `rmsScaling` y = x/sqrt(variance + epsilon)·gamma, as Keras 3.
 *
 * Parameters: gamma, beta of the lengths of `axis`. The mask is passed on, and masked steps are normalised as all others.
 * @throws OptionError for options out of range; ShapeError for an axis that x has not.
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): AppliedLayer {
  const where = options.name ?? 'layer_normalization';
  const { epsilon = 1e-3, center = true, scale = true, rmsScaling = false } = options;
  const axis = expectAxes(options.axis ?? -1, `${where}/axis`);
  expectFlags(where, { center, scale, rmsScaling });
  expectEpsilon(epsilon, where);
  const gammaRules = weightRules(where, 'gamma', options, 'ones');
  const betaRules = weightRules(where, 'beta', options, 'zeros');
  return plainLayer({
    className: 'LayerNormalization',
    name: 'layer_normalization',
    options,
    config: { axis, epsilon, center, scale, rmsScaling },
    later: {
      names: weightOptionNames('beta', 'gamma'),
      getConfig: () => ({ ...betaRules.getConfig(), ...gammaRules.getConfig() }),
    },
    build(b, name, x) {
      const { moved, lengths, size, back } = lastAxes(b, name, x, axis);
      const gamma = scale ? gammaRules.declare(b, 'gamma', lengths) : undefined;
      const beta = center && !rmsScaling ? betaRules.declare(b, 'beta', lengths) : undefined;
      const form = rmsScaling ? 'deviation' : 'mean';
      const y = back(normalizedRows(b, moved, { cols: size, gamma, beta, epsilon, form }));
      b.setMask(y, b.maskOf(x));
      return y;
    },
  });
}

export interface RmsNormalizationOptions extends LayerOptions {
  /** What is normalised together, in the order [N,T,D]; default -1. */
  axis?: Axes;
  /** Added to the mean square; default 0.000001. */
  epsilon?: number;
}

/**
 * Normalization by the root mean square (Zhang and Sennrich 2019), as Keras' RMSNormalization: x [N,...,D] to
 * x/sqrt(mean(x²) + epsilon)·scale, the mean over `axis`.
 *
 * Parameter: scale, of the lengths of `axis`. The mask is passed on.
 * @throws OptionError for options out of range; ShapeError for an axis that x has not.
 */
export function rmsNormalization(options: RmsNormalizationOptions = {}): AppliedLayer {
  const where = options.name ?? 'rms_normalization';
  const { epsilon = 1e-6 } = options;
  const axis = expectAxes(options.axis ?? -1, `${where}/axis`);
  expectEpsilon(epsilon, where);
  return plainLayer({
    className: 'RMSNormalization',
    name: 'rms_normalization',
    options,
    config: { axis, epsilon },
    build(b, name, x) {
      const { moved, lengths, size, back } = lastAxes(b, name, x, axis);
      const gamma = b.param('scale', lengths, () => new Float64Array(size).fill(1));
      const form = 'rootMeanSquare';
      const y = back(normalizedRows(b, moved, { cols: size, gamma, beta: undefined, epsilon, form }));
      b.setMask(y, b.maskOf(x));
      return y;
    },
  });
}

/** How rows are normalised. */
export interface RowNormalization {
  /** Elements of a row. */
  cols: number;
  /** cols elements each */
  gamma: Tensor | undefined;
  beta: Tensor | undefined;
  epsilon: number;
  /** What is taken away and divided by: mean and deviation, the deviation alone, or the root of the mean square. */
  form: 'mean' | 'deviation' | 'rootMeanSquare';
  /** [rows,2], which gets the mean, or 0 where none is taken away, and 1/divisor of each row. */
  stats?: Tensor;
}

/** Emits the normalization of the rows of x, and its backward step; y has the shape of x. */
export function normalizedRows(b: Builder, x: Tensor, options: RowNormalization): Tensor {
  const { cols, gamma, beta, epsilon, form } = options;
  const rows = sizeOf(x.shape) / cols;
  const y = b.activation('y', x.shape);
  const { stats = b.scratch('stats', [rows, 2]) } = options;
  const centered = form === 'deviation';
  if (form === 'mean') layerNormForward(b, { x, y, stats, gamma, beta, rows, cols, epsilon });
  else rmsNormForward(b, { x, y, stats, gamma, cols, centered, epsilon });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    if (!dy) return;
    const dGamma = gamma && b.gradInto(gamma);
    if (dGamma) {
      const { tensor: to, accumulate } = dGamma;
      columnProduct(b, { left: dy, right: x, stats, to, rows, cols, accumulate });
    }
    const dBeta = beta && b.gradInto(beta);
    if (dBeta) {
      const { tensor: to, accumulate } = dBeta;
      columnSum(b, { source: dy, to, rows, cols, accumulate });
    }
    const into = b.gradInto(x);
    if (!into) return;
    const { tensor: dx, accumulate } = into;
    if (form === 'mean') layerNormBackward(b, { x, stats, dy, dx, gamma, rows, cols, accumulate });
    else rmsNormBackward(b, { x, stats, dy, dx, gamma, cols, centered, accumulate });
  });
  return y;
}

/** @throws OptionError unless epsilon is a number from 0 on. */
export function expectEpsilon(epsilon: number, where: string): void {
  if (typeof epsilon === 'number' && epsilon >= 0 && Number.isFinite(epsilon)) return;
  throw new OptionError(`[${where}/epsilon] must be a number from 0 on, got ${shown(epsilon)}`);
}
