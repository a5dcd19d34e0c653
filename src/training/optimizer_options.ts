// The options that all optimizers share, and the ranges of every option.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';

/** A learning rate that changes: called with the number of updates before this one, 0 at first. */
export type LearningRateSchedule = (step: number) => number;

/** Whose equations and defaults an optimizer follows, where torch.optim and keras.optimizers (version 3) differ. */
export type Convention = 'torch' | 'keras';

export interface CommonOptions {
  learningRate?: number | LearningRateSchedule;
  /** 'keras' when left out. */
  convention?: Convention;
  /**
   * As torch weightDecay·w is added to the gradient (L2), but for adamW; as Keras w -= rate·weightDecay·w comes before the
   * update of every optimizer.
   */
  weightDecay?: number;
  /** Scales the gradient of each weight tensor by itself so that its norm is at most this, as Keras' clipnorm. */
  clipNorm?: number;
  /** Scales all gradients together so that their norm is at most this, as torch's clip_grad_norm_. */
  globalClipNorm?: number;
  /** Clamps each element of the gradient to ±this, after a scaling by `globalClipNorm`, which Keras allows no one beside it. */
  clipValue?: number;
  /** Keeps a moving average of the weights (see `averagedWeights`): average = emaMomentum·average + (1-emaMomentum)·w. */
  useEma?: boolean;
  /** 0.99 when left out. */
  emaMomentum?: number;
  /** The averages take the place of the weights after each so many updates; never when left out. */
  emaOverwriteFrequency?: number;
}

/** Defaults with the user's options in their place, and the common options. */
export type Settled<D> = Omit<D, 'learningRate'> &
  CommonOptions & {
    learningRate: number | LearningRateSchedule;
    convention: Convention;
    weightDecay: number;
  };

interface OptionRule {
  fits(x: unknown): boolean;
  words: string;
}

const number = (fits: (x: number) => boolean, words: string): OptionRule => ({
  fits: (x) => typeof x === 'number' && Number.isFinite(x) && fits(x),
  words,
});
const fraction = number((x) => x >= 0 && x < 1, 'a number from 0 to below 1');
const positive = number((x) => x > 0, 'a number above 0');
const notNegative = number((x) => x >= 0, 'a number of at least 0');
const flag: OptionRule = { fits: (x) => typeof x === 'boolean', words: 'true or false' };

const common: Readonly<Record<keyof CommonOptions, OptionRule>> = {
  learningRate: {
    fits: (x) => typeof x === 'function' || notNegative.fits(x),
    words: 'a number of at least 0, or a function of the step',
  },
  convention: { fits: (x) => x === 'torch' || x === 'keras', words: "'torch' or 'keras'" },
  weightDecay: notNegative,
  clipNorm: positive,
  globalClipNorm: positive,
  clipValue: positive,
  useEma: flag,
  emaMomentum: number((x) => x >= 0 && x <= 1, 'a number from 0 to 1'),
  emaOverwriteFrequency: number((x) => Number.isSafeInteger(x) && x > 0, 'an integer from 1 on'),
};

const own: Readonly<Record<string, OptionRule>> = {
  momentum: fraction,
  nesterov: flag,
  beta1: fraction,
  beta2: fraction,
  rho: fraction,
  epsilon: positive,
  amsgrad: flag,
  centered: flag,
  momentumDecay: notNegative,
  initialAccumulatorValue: notNegative,
  learningRatePower: number((x) => x <= 0, 'a number of at most 0'),
  l1RegularizationStrength: notNegative,
  l2RegularizationStrength: notNegative,
  l2ShrinkageRegularizationStrength: notNegative,
  beta: notNegative,
};

/**
 * Puts the user's options over the defaults, `keras` over those of the convention 'keras', and checks each.
 * @throws OptionError for an unknown option, a value out of its range, or two ways of clipping that exclude each other.
 */
export function settle<D extends { learningRate: number; weightDecay: number }>(
  name: string,
  defaults: D,
  options: CommonOptions,
  keras: Partial<D> = {},
): Settled<D> {
  checkOptions(name, options, [...new Set([...Object.keys(defaults), ...Object.keys(common)])]);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    expectOption(name, key, value, key in common ? common[key as keyof CommonOptions] : own[key]);
  }
  const { convention = 'keras', useEma, emaMomentum = 0.99, emaOverwriteFrequency } = options;
  checkClipping(name, convention, options);
  if (emaOverwriteFrequency && !useEma) {
    throw new OptionError(`[${name}/emaOverwriteFrequency] needs useEma: true`);
  }
  return {
    ...defaults,
    ...(convention === 'keras' && keras),
    convention,
    ...(useEma && { emaMomentum }),
    ...Object.fromEntries(given),
  };
}

function expectOption(name: string, key: string, value: unknown, { fits, words }: OptionRule): void {
  if (!fits(value)) throw new OptionError(`[${name}/${key}] must be ${words}, got ${shown(value)}`);
}

/** @throws OptionError unless it is a rate or a schedule. */
export function expectLearningRate<R extends number | LearningRateSchedule>(name: string, rate: R): R {
  expectOption(name, 'learningRate', rate, common.learningRate);
  return rate;
}

function checkClipping(name: string, convention: Convention, options: CommonOptions): void {
  const { clipNorm, globalClipNorm, clipValue } = options;
  const ways = Object.entries({ clipNorm, globalClipNorm, clipValue }).filter(([, limit]) => limit);
  const names = ways.map(([way]) => way).join(' and ');
  if (clipNorm && globalClipNorm) {
    throw new OptionError(`[${name}] scales by one norm: leave out one of ${names}`);
  }
  if (convention === 'keras' && ways.length > 1) {
    throw new OptionError(`[${name}] clips one way by the convention 'keras': leave out one of ${names}`);
  }
}
