// How models take losses: by name, as files hold them, or as functions.
import { OptionError } from '../../core/errors.ts';
import { plainName, refuseFactory, shown, suggestion } from '../../core/options.ts';
import { isNamedConfig, type NamedConfig } from '../../layers/named.ts';
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from './classes.ts';
import { crfLoss } from './crf.ts';
import { ctc } from './ctc.ts';
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal.ts';
import { categoricalGeneralizedCrossEntropy, negativeLogLikelihood } from './likelihoods.ts';
import { isLossFunction, type Loss, type LossFunction } from './loss.ts';
import {
  categoricalHinge,
  cosineSimilarity,
  distillation,
  hinge,
  huber,
  klDivergence,
  logCosh,
  logKlDivergence,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  smoothL1,
  squaredHinge,
} from './values.ts';

const factories = {
  meanSquaredError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredLogarithmicError,
  huber,
  smoothL1,
  logCosh,
  poisson,
  hinge,
  squaredHinge,
  categoricalHinge,
  cosineSimilarity,
  klDivergence,
  logKlDivergence,
  distillation,
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  sparseCategoricalCrossentropy,
  negativeLogLikelihood,
  ctc,
  crf: crfLoss,
};

export type LossName = keyof typeof factories;

/** Short names that Keras has beside the long ones. */
const aliases: Readonly<Record<string, LossName>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  msle: 'meanSquaredLogarithmicError',
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  kullbackleiblerdivergence: 'klDivergence',
  huberloss: 'huber',
  cosineproximity: 'cosineSimilarity',
};

const byPlainName: Readonly<Record<string, LossName>> = {
  ...aliases,
  ...Object.fromEntries((Object.keys(factories) as LossName[]).map((name) => [plainName(name), name])),
};

/** What `compile` takes for a loss. */
export type GivenLoss = string | Loss | NamedConfig;

/**
 * The loss of a name ('meanSquaredError', 'mean_squared_error', 'mse'), of a config { className, config }, or a loss as it is.
 * @throws OptionError for a name that no loss has.
 */
export function lossFunction(given: string | NamedConfig): LossFunction;
export function lossFunction(given: GivenLoss): Loss;
export function lossFunction(given: GivenLoss): Loss {
  if (typeof given === 'function') {
    refuseFactory('loss', given, factories);
    return given;
  }
  const config = isNamedConfig(given) ? given : undefined;
  const name = config ? config.className : given;
  if (typeof name !== 'string') {
    throw new OptionError(`[loss] takes the name of a loss, a loss or its config, got ${shown(given)}`);
  }
  const found = lossNameOf(name);
  if (!found) {
    const names = Object.keys(factories);
    throw new OptionError(
      `[loss] there is no loss ${shown(name)}; there are ${names.join(', ')}${suggestion(name, names)}`,
    );
  }
  return factories[found](config?.config as never);
}

/** The name of the loss that is called so in any of Keras' spellings; undefined for that of none. */
export function lossNameOf(name: string): LossName | undefined {
  const plain = plainName(name);
  return Object.hasOwn(byPlainName, plain) ? byPlainName[plain] : undefined;
}

/** The functions that make losses, and their names. */
export const lossFactories: Readonly<Record<LossName, unknown>> = factories;

/**
 * A loss as files hold it.
 * @throws OptionError for a function of the user's own, which no file can hold.
 */
export function lossConfig(given: Loss): NamedConfig {
  if (!isLossFunction(given)) {
    throw new OptionError('[loss] a loss function of your own has no config, and cannot be saved');
  }
  return { className: given.className, config: given.getConfig() };
}
