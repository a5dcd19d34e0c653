// Schedules that fall: exponentially, by inverse time, along a polynomial, in stairs.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { expectOptions, flag, notNegative, positive, type Schedule, schedule } from './schedule.ts';

export interface ExponentialDecayOptions {
  initialLearningRate: number;
  decaySteps: number;
  decayRate: number;
  /** In steps of `decaySteps` and not smoothly; default false. */
  staircase?: boolean;
}

/**
 * rate = initialLearningRate · decayRate^(step / decaySteps), as keras.optimizers.schedules.ExponentialDecay.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options ?? {};
  const all = { initialLearningRate, decaySteps, decayRate, staircase };
  expectOptions('exponentialDecay', options, all, {
    initialLearningRate: notNegative,
    decaySteps: positive,
    decayRate: notNegative,
    staircase: flag,
  });
  return schedule('ExponentialDecay', all, (step) => {
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
  });
}

/**
 * rate = initialLearningRate / (1 + decayRate · step / decaySteps), as keras.optimizers.schedules.InverseTimeDecay.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function inverseTimeDecay(options: ExponentialDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options ?? {};
  const all = { initialLearningRate, decaySteps, decayRate, staircase };
  expectOptions('inverseTimeDecay', options, all, {
    initialLearningRate: notNegative,
    decaySteps: positive,
    decayRate: notNegative,
    staircase: flag,
  });
  return schedule('InverseTimeDecay', all, (step) => {
    const periods = step / decaySteps;
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods));
  });
}

export interface PolynomialDecayOptions {
  initialLearningRate: number;
  decaySteps: number;
  /** Default 0.0001. */
  endLearningRate?: number;
  /** Default 1: a straight line. */
  power?: number;
  /** Begins anew, over as many times `decaySteps` as the step needs, and does not stay at the end; default false. */
  cycle?: boolean;
}

/**
 * rate = (initial - end) · (1 - step / decaySteps)^power + end, as keras.optimizers.schedules.PolynomialDecay.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  const { initialLearningRate, decaySteps } = options ?? {};
  const { endLearningRate = 0.0001, power = 1, cycle = false } = options ?? {};
  const all = { initialLearningRate, decaySteps, endLearningRate, power, cycle };
  expectOptions('polynomialDecay', options, all, {
    initialLearningRate: notNegative,
    decaySteps: positive,
    endLearningRate: notNegative,
    power: notNegative,
    cycle: flag,
  });
  return schedule('PolynomialDecay', all, (step) => {
    const length = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, length) / length;
    return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
  });
}

export interface PiecewiseConstantOptions {
  /** Steps, rising, up to which, and including which, each value but the last is the rate. */
  boundaries: readonly number[];
  /** One more than there are boundaries. */
  values: readonly number[];
}

/**
 * rate = values[i] for boundaries[i-1] < step <= boundaries[i], as keras.optimizers.schedules.PiecewiseConstantDecay.
 * @throws OptionError for lists that do not fit each other.
 */
export function piecewiseConstant(options: PiecewiseConstantOptions): Schedule {
  const where = 'piecewiseConstant';
  checkOptions(where, options, ['boundaries', 'values']);
  const { boundaries, values } = options;
  if (!Array.isArray(boundaries) || !Array.isArray(values) || values.length !== boundaries.length + 1) {
    const counts = [boundaries, values].map((list) => (Array.isArray(list) ? list.length : shown(list)));
    throw new OptionError(
      `[${where}] takes one more of values than of boundaries, got ${counts[1]} and ${counts[0]}`,
    );
  }
  if (boundaries.some((at, i) => !Number.isFinite(at) || (i > 0 && at <= boundaries[i - 1]))) {
    throw new OptionError(`[${where}/boundaries] must rise, got ${boundaries.join(', ')}`);
  }
  const wrong = values.find((value) => notNegative(value));
  if (wrong !== undefined) {
    throw new OptionError(`[${where}/values] must be numbers of at least 0, got ${shown(wrong)}`);
  }
  return schedule('PiecewiseConstantDecay', { boundaries: [...boundaries], values: [...values] }, (step) => {
    const i = boundaries.findIndex((boundary) => step <= boundary);
    return values[i < 0 ? boundaries.length : i];
  });
}
