// How models take metrics: by name, as files hold them, or as they are.
import { OptionError } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';
import { isNamedConfig, type NamedConfig } from '../../layers/named.ts';
import { type LossName, lossFunction, plainName } from '../losses/by_name.ts';
import { isLossFunction, type Loss } from '../losses/loss.ts';
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  tagAccuracy,
  topKCategoricalAccuracy,
} from './accuracies.ts';
import { f1Score, precision, recall } from './confusion.ts';
import { auc } from './curve.ts';
import { meanOfLoss, perplexity, rootMeanSquaredError } from './means.ts';
import type { Metric } from './metric.ts';

const factories = {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  topKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  tagAccuracy,
  crfAccuracy: tagAccuracy,
  precision,
  recall,
  f1Score,
  auc,
  perplexity,
  rootMeanSquaredError,
};

/** The names of metrics; losses are metrics too. */
export type MetricName = keyof typeof factories | LossName | (string & {});

const aliases: Readonly<Record<string, keyof typeof factories>> = {
  acc: 'accuracy',
  rmse: 'rootMeanSquaredError',
  f1: 'f1Score',
  topk: 'topKCategoricalAccuracy',
};

/** What `compile` takes for a metric. */
export type GivenMetric = MetricName | Metric | NamedConfig;

/**
 * The metric of a name ('accuracy', 'meanAbsoluteError', 'mae', 'auc'), which names it in logs, or a metric as it is. A
 * loss's name gives the mean of that loss. `loss`, that of the same output, says whether predictions are logits, and which
 * class does not count.
 * @throws OptionError for a name that no metric has.
 */
export function metric(given: GivenMetric, { loss }: { loss?: Loss | undefined } = {}): Metric {
  if (typeof given === 'object' && given !== null && 'build' in given) return given;
  const config = typeof given === 'string' || !isNamedConfig(given) ? undefined : given;
  const name = config ? config.className : given;
  if (typeof name !== 'string') {
    throw new OptionError(`[metric] takes the name of a metric or a metric, got ${shown(given)}`);
  }
  const factory = factoryOf(name);
  if (factory) return factory(config ? config.config : { name, ...asTheLoss(factory, loss) });
  try {
    const made = lossFunction({
      className: name,
      config: { ...config?.config, reduction: 'meanWithSampleWeight' },
    });
    return meanOfLoss(made, config ? made.lossName : name);
  } catch {
    return missing(name);
  }
}

/**
 * A metric as files hold it; a name stays a name.
 * @throws OptionError for a metric of the user's own, which no file can hold.
 */
export function metricConfig(given: GivenMetric): string | NamedConfig {
  if (typeof given === 'string' || !('build' in given)) return given;
  if (given.className === undefined || !given.getConfig) {
    throw new OptionError(`[metric] ${given.name} is a metric of your own, and cannot be saved`);
  }
  return { className: given.className, config: given.getConfig() };
}

function factoryOf(name: string): ((options?: object) => Metric) | undefined {
  const plain = plainName(name);
  const key = aliases[plain] ?? Object.keys(factories).find((one) => plainName(one) === plain);
  return key && (factories[key as keyof typeof factories] as (options?: object) => Metric);
}

function missing(name: string): never {
  const names = Object.keys(factories).join(', ');
  throw new OptionError(
    `[metric] there is no metric ${shown(name)}; there are ${names}, and the losses by name`,
  );
}

/** The options that a metric shares with the loss beside it. */
function asTheLoss(factory: unknown, loss: Loss | undefined): Record<string, unknown> {
  if (!loss || !isLossFunction(loss)) return {};
  const { ignoreClass, fromLogits } = loss.getConfig();
  const shared: Record<string, unknown> = {};
  const ignoring: readonly unknown[] = [
    accuracy,
    sparseCategoricalAccuracy,
    perplexity,
    precision,
    recall,
    f1Score,
  ];
  if (ignoreClass !== undefined && ignoring.includes(factory)) shared.ignoreClass = ignoreClass;
  const thresholded: readonly unknown[] = [accuracy, binaryAccuracy, precision, recall, f1Score, auc];
  const isBinary = /^Binary.*Crossentropy$/.test(loss.className);
  if (isBinary && fromLogits !== false && thresholded.includes(factory)) {
    shared.fromLogits = fromLogits === true ? true : 'auto';
  }
  if (factory === perplexity && fromLogits !== undefined) shared.fromLogits = fromLogits;
  return shared;
}
