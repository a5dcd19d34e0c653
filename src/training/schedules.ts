// Learning rates that change with the updates, and how files hold them.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import {
  expectOptions,
  isSchedule,
  notNegative,
  type Schedule,
  type ScheduleConfig,
  schedule,
  scheduleConfig,
} from './schedule.ts';
import { cosineDecay, cosineDecayRestarts, oneCycle } from './schedules_cosine.ts';
import { exponentialDecay, inverseTimeDecay, piecewiseConstant, polynomialDecay } from './schedules_decay.ts';

export type { Schedule, ScheduleConfig } from './schedule.ts';
export * from './schedules_cosine.ts';
export * from './schedules_decay.ts';

export interface WarmUpOptions {
  /** The rate at the end of the rise; where `after` is a schedule, its first rate when left out. */
  target?: number;
  /** Updates of the rise. */
  steps: number;
  /** What follows, its steps counted from the end of the rise; default: the target. */
  after?: number | Schedule | ScheduleConfig | null;
  /** Where the rise begins; default 0, which makes the first update none. */
  from?: number;
}

/**
 * rate = from + (target - from) · step / steps, then `after(step - steps)`.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function warmUp(options: WarmUpOptions): Schedule {
  const where = 'warmUp';
  checkOptions(where, options, ['target', 'steps', 'after', 'from']);
  const { steps, from = 0 } = options;
  const given = options.after ?? undefined;
  const after = typeof given === 'object' ? scheduleFromConfig(given) : given;
  if (after !== undefined && !isSchedule(after) && notNegative(after)) {
    throw new OptionError(
      `[${where}/after] takes a rate, or a schedule such as cosineDecay() makes, got ${shown(after)}`,
    );
  }
  const target = options.target ?? (typeof after === 'function' ? after(0) : after);
  const all = { target, steps, from };
  expectOptions(where, all, all, { target: notNegative, steps: notNegative, from: notNegative });
  const rest = after ?? target!;
  const config = { ...all, after: isSchedule(rest) ? scheduleConfig(rest) : rest };
  return schedule('WarmUp', config, (step) => {
    if (step < steps) return from + (target! - from) * (step / steps);
    return typeof rest === 'function' ? rest(step - steps) : rest;
  });
}

const factories: Readonly<Record<string, (config: never) => Schedule>> = {
  ExponentialDecay: exponentialDecay,
  InverseTimeDecay: inverseTimeDecay,
  PolynomialDecay: polynomialDecay,
  CosineDecay: cosineDecay,
  CosineDecayRestarts: cosineDecayRestarts,
  PiecewiseConstantDecay: piecewiseConstant,
  OneCycle: oneCycle,
  WarmUp: warmUp,
};

/**
 * The schedule that a file holds.
 * @throws OptionError for a class that does not exist, with those that do, or options that do not fit.
 */
export function scheduleFromConfig(config: ScheduleConfig): Schedule {
  const { className } = config ?? {};
  if (!Object.hasOwn(factories, String(className))) {
    throw new OptionError(
      `there is no schedule ${shown(className)}; there are ${Object.keys(factories).join(', ')}`,
    );
  }
  return factories[className](config.config as never);
}
