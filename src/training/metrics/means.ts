// Metrics that are means of losses of rows, and what follows from such means.
import { checkOptions } from '../../core/options.ts';
import { categoricalCrossentropy, sparseCategoricalCrossentropy } from '../losses/classes.ts';
import type { LossFunction } from '../losses/loss.ts';
import { meanAbsoluteError as absolute, meanSquaredError as squared } from '../losses/values.ts';
import type { NamedMetric } from './accuracies.ts';
import { defineMetric, type Metric, mean } from './metric.ts';

/** The mean of a loss over an epoch's rows, Σ loss·weight / Σ weight; without a gradient. */
export function meanOfLoss(loss: LossFunction, name = loss.lossName): Metric {
  return metricOfLoss(loss.className, name, loss.getConfig(), () => loss, mean);
}

function metricOfLoss(
  className: string,
  name: string,
  config: Record<string, unknown>,
  lossOf: (targets: 'u32' | 'f32') => LossFunction,
  result: (sums: ArrayLike<number>) => number,
): Metric {
  return defineMetric(className, name, config, (b, prediction, target, { sampleWeight }) => {
    const state = b.state('sums', [2]);
    const loss = lossOf(target.dtype);
    loss.emit(b, prediction, target, { sampleWeight, sums: state, measure: true });
    return { state, result };
  });
}

const byWeight = { reduction: 'meanWithSampleWeight' } as const;

/** Mean of (t - x)². */
export function meanSquaredError(options: NamedMetric = {}): Metric {
  checkOptions('meanSquaredError', options, ['name']);
  return meanOfLoss(squared(byWeight), options.name);
}

/** Mean of |t - x|. */
export function meanAbsoluteError(options: NamedMetric = {}): Metric {
  checkOptions('meanAbsoluteError', options, ['name']);
  return meanOfLoss(absolute(byWeight), options.name);
}

/** √ of the mean of (t - x)². */
export function rootMeanSquaredError(options: NamedMetric = {}): Metric {
  checkOptions('rootMeanSquaredError', options, ['name']);
  const { name = 'root_mean_squared_error' } = options;
  const loss = squared(byWeight);
  return metricOfLoss(
    'RootMeanSquaredError',
    name,
    {},
    () => loss,
    (sums) => Math.sqrt(mean(sums)),
  );
}

export interface PerplexityOptions extends NamedMetric {
  /** As the cross entropies have it. */
  fromLogits?: boolean;
  /** Rows with this label do not count. */
  ignoreClass?: number;
}

/** exp of the mean cross entropy of [...,V] with labels [...] u32 or distributions [...,V]. */
export function perplexity(options: PerplexityOptions = {}): Metric {
  checkOptions('perplexity', options, ['name', 'fromLogits', 'ignoreClass']);
  const { name = 'perplexity', fromLogits, ignoreClass } = options;
  const common = { ...byWeight, ...(fromLogits !== undefined && { fromLogits }) };
  const own = ignoreClass === undefined ? {} : { ignoreClass };
  const labelled = sparseCategoricalCrossentropy({ ...common, ...own });
  const distributed = categoricalCrossentropy(common);
  const config = { ...(fromLogits !== undefined && { fromLogits }), ...own };
  return metricOfLoss(
    'Perplexity',
    name,
    config,
    (targets) => (targets === 'u32' ? labelled : distributed),
    (sums) => Math.exp(mean(sums)),
  );
}
