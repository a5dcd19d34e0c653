// What a learning rate schedule is: a function of the step that knows its own options, so that files hold it.
import { OptionError } from '../core/errors.ts';
import { checkOptions, expectOptions as expectObject, shown } from '../core/options.ts';

/** A rate for each update: called with the number of updates before it, 0 at first. */
export interface Schedule {
  (step: number): number;
  readonly className: string;
  /** All options, defaults included; the factory takes them back. */
  getConfig(): Record<string, unknown>;
}

/** As files hold a schedule: Keras' class name, and its options in camelCase. */
export interface ScheduleConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Makes a schedule of its options and what they come to. */
export function schedule(
  className: string,
  config: Record<string, unknown>,
  rate: (step: number) => number,
): Schedule {
  return Object.assign((step: number) => rate(step), { className, getConfig: () => ({ ...config }) });
}

/** What a value must be, in words, where it is not. */
export type Check = (value: unknown) => string | undefined;

export const atLeast = (least: number): Check => {
  const words = `a number of at least ${least}`;
  return (x) => (typeof x === 'number' && Number.isFinite(x) && x >= least ? undefined : words);
};
export const notNegative = atLeast(0);
export const positive: Check = (x) =>
  typeof x === 'number' && Number.isFinite(x) && x > 0 ? undefined : 'a number above 0';
export const fraction: Check = (x) =>
  typeof x === 'number' && x >= 0 && x <= 1 ? undefined : 'a number from 0 to 1';
export const flag: Check = (x) => (typeof x === 'boolean' ? undefined : 'true or false');
export const optional =
  (check: Check): Check =>
  (x) =>
    x === undefined || x === null ? undefined : check(x);

/**
 * Checks options as they were given, and `all` of them, with those that were left out.
 * @throws OptionError for an unknown option, or one that is missing or not what its check wants.
 */
export function expectOptions(
  where: string,
  options: object,
  all: object,
  checks: Readonly<Record<string, Check>>,
): void {
  const names = Object.keys(checks);
  expectObject(where, options, names);
  checkOptions(where, { ...options, ...all }, names);
  for (const [name, check] of Object.entries(checks)) {
    const value = (all as Record<string, unknown>)[name];
    const words = check(value);
    if (words) throw new OptionError(`[${where}/${name}] must be ${words}, got ${shown(value)}`);
  }
}

/** Whether a rate is one of the schedules here, which know their options; a user's own function does not. */
export function isSchedule(value: unknown): value is Schedule {
  return typeof value === 'function' && typeof (value as { getConfig?: unknown }).getConfig === 'function';
}

export function isScheduleConfig(value: unknown): value is ScheduleConfig {
  return typeof (value as ScheduleConfig | null)?.className === 'string' && typeof value === 'object';
}

/** A schedule as files hold it. */
export function scheduleConfig(value: Schedule): ScheduleConfig {
  return { className: value.className, config: value.getConfig() };
}
