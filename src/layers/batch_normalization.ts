// Batch normalization: by the statistics of the batch in training, by their moving averages elsewhere.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { expectFlags, shown } from '../core/options.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { batchNormBackward } from '../kernels/batch_norm_backward.ts';
import { batchNormForward } from '../kernels/batch_norm_forward.ts';
import { batchNormStatistics } from '../kernels/batch_norm_statistics.ts';
import { batchNormSums } from '../kernels/batch_norm_sums.ts';
import { columnMoments } from '../kernels/column_moments.ts';
import { sumSlices } from '../kernels/sum_slices.ts';
import { type InitializerOption, initializer, initializerConfig } from './initializers.ts';
import { expectEpsilon } from './layer_normalization.ts';
import { expectAxes, lastAxes } from './norm_axes.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';

export interface BatchNormalizationOptions
  extends LayerOptions,
    WeightOptions<'gamma'>,
    WeightOptions<'beta'> {
  /** The axis that is not summed over, in the order [N,T,D]; default -1, the features. */
  axis?: number;
  /** The part of a moving average that stays in a training run; default 0.99. */
  momentum?: number;
  /** Added to the variance; default 0.001. */
  epsilon?: number;
  /** Whether beta is added; default true. */
  center?: boolean;
  /** Whether gamma multiplies; default true. */
  scale?: boolean;
  /** Default zeros. */
  movingMeanInitializer?: InitializerOption;
  /** Default ones. */
  movingVarianceInitializer?: InitializerOption;
}

/**
 * Batch normalization (Ioffe and Szegedy 2015), x [N,...,D] of the same shape: y = (x - mean)/sqrt(variance + epsilon)·gamma
 * + beta for each feature, as Keras 3.
 *
 * In training mean and biased variance are those of the batch, where a mask leaves out steps those of the steps that
 * count, and each run moves the averages: moving = momentum·moving + (1 - momentum)·new. Outside training, and where
 * `trainable` is false, the moving averages are taken. Parameters: gamma, beta, moving_mean, moving_variance, each [D];
 * the last two are written by training plans, not by the optimizer. The mask is passed on.
 * @throws OptionError for options out of range; ShapeError for an axis that x has not, or a mask along that axis.
 */
export function batchNormalization(options: BatchNormalizationOptions = {}): AppliedLayer {
  const where = options.name ?? 'batch_normalization';
  const { momentum = 0.99, epsilon = 1e-3, center = true, scale = true } = options;
  const { movingMeanInitializer = 'zeros', movingVarianceInitializer = 'ones' } = options;
  const axis = expectAxes(options.axis ?? -1, `${where}/axis`);
  if (typeof axis !== 'number') throw new OptionError(`[${where}/axis] must be one axis, got an array`);
  if (!(typeof momentum === 'number' && momentum >= 0 && momentum <= 1)) {
    throw new OptionError(`[${where}/momentum] must be from 0 to 1, got ${shown(momentum)}`);
  }
  expectEpsilon(epsilon, where);
  expectFlags(where, { center, scale });
  const gammaRules = weightRules(where, 'gamma', options, 'ones');
  const betaRules = weightRules(where, 'beta', options, 'zeros');
  const firstMean = initializer(movingMeanInitializer, `${where}/movingMeanInitializer`);
  const firstVariance = initializer(movingVarianceInitializer, `${where}/movingVarianceInitializer`);
  const layer = plainLayer({
    className: 'BatchNormalization',
    name: 'batch_normalization',
    options,
    config: { axis, momentum, epsilon, center, scale },
    later: {
      names: [...weightOptionNames('beta', 'gamma'), 'movingMeanInitializer', 'movingVarianceInitializer'],
      getConfig: () => ({
        ...betaRules.getConfig(),
        ...gammaRules.getConfig(),
        movingMeanInitializer: initializerConfig(firstMean, `${where}/movingMeanInitializer`),
        movingVarianceInitializer: initializerConfig(firstVariance, `${where}/movingVarianceInitializer`),
      }),
    },
    build(b, name, x) {
      const { moved, size: cols, turned, back } = lastAxes(b, name, x, axis);
      const mask = b.maskOf(x);
      if (mask && turned) {
        throw new ShapeError(`[${name}/axis] a mask counts steps, so that axis ${axis} must be the last one`);
      }
      const gamma = scale ? gammaRules.declare(b, 'gamma', [cols]) : undefined;
      const beta = center ? betaRules.declare(b, 'beta', [cols]) : undefined;
      const fixed = { trainable: false };
      const movingMean = b.param('moving_mean', [cols], (next) => firstMean([cols], next), fixed);
      const movingVariance = b.param('moving_variance', [cols], (next) => firstVariance([cols], next), fixed);
      // Frozen with its layer, or with a model that the layer is part of.
      const frozen = layer.trainable === false || b.parameters.isFrozen(movingMean);
      const learns = b.training && !frozen;
      const moments = learns ? columnMoments(b, moved, cols, mask) : undefined;
      const statistics = batchNormStatistics(b, { moments, movingMean, movingVariance, momentum, epsilon });
      const y = back(
        normalizedColumns(b, moved, { cols, statistics, gamma, beta, mask: learns ? mask : undefined }),
      );
      b.setMask(y, mask);
      return y;
    },
  });
  return layer;
}

interface Normalized {
  cols: number;
  /** [3,cols] = (mean, 1/deviation, rows counted) */
  statistics: Tensor;
  gamma: Tensor | undefined;
  beta: Tensor | undefined;
  mask: Tensor | undefined;
}

/** Emits the normalization of the columns of x, and its backward step; y has the shape of x. */
function normalizedColumns(b: Builder, x: Tensor, options: Normalized): Tensor {
  const { cols, statistics, gamma, beta, mask } = options;
  if (mask && !Number.isInteger(sizeOf(x.shape) / cols / sizeOf(mask.shape))) {
    throw new ShapeError(`[${b.path}] a mask of ${sizeOf(mask.shape)} steps does not fit ${x.name}`);
  }
  const y = b.activation('y', x.shape);
  batchNormForward(b, { x, y, statistics, gamma, beta, cols });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    if (!dy) return;
    const sums = batchNormSums(b, { x, dy, statistics, cols });
    for (const [i, weight] of [gamma, beta].entries()) {
      const into = weight && b.gradInto(weight);
      if (!into) continue;
      const { tensor: to, accumulate } = into;
      sumSlices(b, { source: b.view(sums, i * cols, [cols]), to, slices: 1, rows: 1, cols, accumulate });
    }
    const dx = b.gradInto(x);
    if (!dx) return;
    const { tensor, accumulate } = dx;
    batchNormBackward(b, { x, dy, statistics, sums, gamma, mask, dx: tensor, accumulate, cols });
  });
  return y;
}
