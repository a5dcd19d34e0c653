// How models take metrics: by name, as files hold them, or as they are.
import { OptionError } from '../../core/errors.ts';
import { plainName, refuseFactory, shown, suggestion } from '../../core/options.ts';
import { isNamedConfig, type NamedConfig } from '../../layers/named.ts';
import { type LossName, lossConfig, lossFactories, lossFunction, lossNameOf } from '../losses/by_name.ts';
import { isLossFunction, type Loss, type LossFunction } from '../losses/loss.ts';
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

/**
 * What a metric takes over from the loss beside it: which class does not count, whether predictions are logits, or, of a
 * loss that asks two-way questions, where its threshold lies.
 */
type Shared = 'ignoreClass' | 'fromLogits' | 'threshold';

const factories = {
  accuracy: { make: accuracy, shares: ['ignoreClass', 'threshold'] },
  binaryAccuracy: { make: binaryAccuracy, shares: ['threshold'] },
  categoricalAccuracy: { make: categoricalAccuracy, shares: [] },
  sparseCategoricalAccuracy: { make: sparseCategoricalAccuracy, shares: ['ignoreClass'] },
  topKCategoricalAccuracy: { make: topKCategoricalAccuracy, shares: [] },
  sparseTopKCategoricalAccuracy: { make: sparseTopKCategoricalAccuracy, shares: [] },
  tagAccuracy: { make: tagAccuracy, shares: [] },
  crfAccuracy: { make: tagAccuracy, shares: [] },
  precision: { make: precision, shares: ['ignoreClass', 'threshold'] },
  recall: { make: recall, shares: ['ignoreClass', 'threshold'] },
  f1Score: { make: f1Score, shares: ['ignoreClass', 'threshold'] },
  auc: { make: auc, shares: ['threshold'] },
  perplexity: { make: perplexity, shares: ['ignoreClass', 'fromLogits'] },
  rootMeanSquaredError: { make: rootMeanSquaredError, shares: [] },
} as const satisfies Record<string, { make: unknown; shares: readonly Shared[] }>;

interface Factory {
  make(options?: object): Metric;
  readonly shares: readonly Shared[];
}

/** The names of metrics; losses are metrics too. */
export type MetricName = keyof typeof factories | LossName | (string & {});

const aliases: Readonly<Record<string, keyof typeof factories>> = {
  acc: 'accuracy',
  rmse: 'rootMeanSquaredError',
  f1: 'f1Score',
  topk: 'topKCategoricalAccuracy',
};

/** What `compile` takes for a metric. */
export type GivenMetric = MetricName | Metric | LossFunction | NamedConfig;

/**
 * The metric of a name ('accuracy', 'meanAbsoluteError', 'mae', 'auc'), which names it in logs, or a metric as it is. A
 * loss, or its name, gives the mean of that loss. `loss`, that of the same output, says whether predictions are logits, and which
 * class does not count.
 * @throws OptionError for a name that no metric has.
 */
export function metric(given: GivenMetric, { loss }: { loss?: Loss | undefined } = {}): Metric {
  if (typeof given === 'object' && given !== null && 'build' in given) return given;
  const makers = Object.entries(factories).map(([key, { make }]) => [key, make]);
  refuseFactory('metric', given, { ...lossFactories, ...Object.fromEntries(makers) });
  if (isLossFunction(given)) return metric(lossConfig(given));
  const config = typeof given === 'string' || !isNamedConfig(given) ? undefined : given;
  const name = config ? config.className : given;
  if (typeof name !== 'string') {
    throw new OptionError(`[metric] takes the name of a metric or a metric, got ${shown(given)}`);
  }
  const factory = factoryOf(name);
  if (factory) return factory.make(config ? config.config : { name, ...asTheLoss(factory, loss) });
  const className = lossNameOf(name);
  if (!className) return missing(name);
  const made = lossFunction({
    className,
    config: { ...config?.config, reduction: 'meanWithSampleWeight' },
  });
  return meanOfLoss(made, config ? made.lossName : name);
}

/**
 * A metric as files hold it; a name stays a name.
 * @throws OptionError for a metric of the user's own, which no file can hold.
 */
export function metricConfig(given: GivenMetric): string | NamedConfig {
  if (isLossFunction(given)) return lossConfig(given);
  if (typeof given === 'string' || !('build' in given)) return given;
  if (given.className === undefined || !given.getConfig) {
    throw new OptionError(`[metric] ${given.name} is a metric of your own, and cannot be saved`);
  }
  return { className: given.className, config: given.getConfig() };
}

function factoryOf(name: string): Factory | undefined {
  const plain = plainName(name);
  const key = Object.hasOwn(aliases, plain)
    ? aliases[plain]
    : Object.keys(factories).find((one) => plainName(one) === plain);
  return key === undefined ? undefined : (factories[key as keyof typeof factories] as Factory);
}

function missing(name: string): never {
  const names = Object.keys(factories);
  const meant = suggestion(name, [...names, ...Object.keys(lossFactories)]);
  throw new OptionError(
    `[metric] there is no metric ${shown(name)}; there are ${names.join(', ')}, and the losses by name${meant}`,
  );
}

/** The options that a metric shares with the loss beside it. */
function asTheLoss({ shares }: Factory, loss: Loss | undefined): Record<string, unknown> {
  if (!loss || !isLossFunction(loss)) return {};
  const { ignoreClass, fromLogits } = loss.getConfig();
  const shared: Record<string, unknown> = {};
  if (ignoreClass !== undefined && shares.includes('ignoreClass')) shared.ignoreClass = ignoreClass;
  if (fromLogits !== undefined && shares.includes('fromLogits')) shared.fromLogits = fromLogits;
  if (loss.twoWay && fromLogits !== false && shares.includes('threshold')) {
    shared.fromLogits = fromLogits === true ? true : 'auto';
  }
  return shared;
}
