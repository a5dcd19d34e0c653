// The options of fit, evaluate and predict, as users write them.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown, suggestion } from '../core/options.ts';
import { type Callback, callbackEvents } from '../training/callback.ts';
import { progressBar } from '../training/callbacks/progress_bar.ts';

export interface SampleOptions {
  /** [N,T], 0 or 1 (or booleans): which steps of the inputs count. */
  mask?: unknown;
  /** [N]: the number of steps of each sequence that count, from the first. */
  lengths?: unknown;
}

export interface FitOptions extends SampleOptions {
  /** Passes over the data; default 1. */
  epochs?: number;
  /** Epochs that ran before, where training goes on; default 0. */
  initialEpoch?: number;
  /** Samples of a batch; default 32. */
  batchSize?: number;
  /** [x, y] or [x, y, sampleWeight], or an object { x, y, sampleWeight, mask, lengths }: what is evaluated after each epoch. */
  validationData?: unknown;
  /** The last part of the data, before shuffling, that is kept for validation. */
  validationSplit?: number;
  /** Epochs between two validations; default 1. */
  validationFreq?: number;
  validationBatchSize?: number;
  /** Another order of the samples in each epoch; default true. */
  shuffle?: boolean;
  /** Weights of classes by label, as an object or array. */
  classWeight?: Readonly<Record<number, number>> | readonly number[];
  /**
   * [N], or [N,T] for outputs with a time axis ([N,T,A] for outputs [N,T,A,B]): how much a sample, or step, counts; for
   * several outputs an array or object.
   */
  sampleWeight?: unknown;
  callbacks?: Callback | readonly Callback[];
  /** 0 says nothing, 1 shows a bar, 2 a line for each epoch; 'auto' is 1 on a terminal and 0 elsewhere. */
  verbose?: 0 | 1 | 2 | 'auto';
  /** Ends training after the batch in hand. */
  signal?: AbortSignal;
  /** Batches after which the event loop gets a turn, besides the turns while waiting for the device. */
  yieldEvery?: number;
}

export interface EvaluateOptions extends SampleOptions {
  /** Default 32. */
  batchSize?: number;
  sampleWeight?: unknown;
  verbose?: 0 | 1 | 2 | 'auto';
  signal?: AbortSignal;
}

export interface PredictOptions extends SampleOptions {
  /** Default 32. */
  batchSize?: number;
  signal?: AbortSignal;
}

const FIT = [
  'epochs',
  'initialEpoch',
  'batchSize',
  'validationData',
  'validationSplit',
  'validationFreq',
  'validationBatchSize',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'mask',
  'lengths',
  'callbacks',
  'verbose',
  'signal',
  'yieldEvery',
];

/** @throws OptionError for unknown names and values out of range. */
export function checkFitOptions(where: string, options: FitOptions, without: readonly string[] = []): void {
  const names = FIT.filter((name) => !without.includes(name));
  const decided = without.find((name) => name in Object(options));
  if (decided) throw new OptionError(`[${where}] takes no ${decided}: the batches of the dataset decide it`);
  checkOptions(where, options, names);
  for (const name of [
    'epochs',
    'batchSize',
    'validationFreq',
    'validationBatchSize',
    'yieldEvery',
  ] as const) {
    expectCountOption(where, name, options[name]);
  }
  const { initialEpoch = 0, epochs = 1, validationSplit, validationData, shuffle } = options;
  if (!Number.isSafeInteger(initialEpoch) || initialEpoch < 0 || initialEpoch > epochs) {
    throw new OptionError(
      `[${where}/initialEpoch] must be an integer from 0 to epochs, got ${shown(initialEpoch)}`,
    );
  }
  if (validationSplit !== undefined && !(validationSplit >= 0 && validationSplit < 1)) {
    throw new OptionError(
      `[${where}/validationSplit] must be at least 0 and below 1, got ${shown(validationSplit)}`,
    );
  }
  if (validationSplit && validationData !== undefined) {
    throw new OptionError(`[${where}] takes validationData or validationSplit, not both`);
  }
  if (shuffle !== undefined && typeof shuffle !== 'boolean') {
    throw new OptionError(`[${where}/shuffle] must be true or false, got ${shown(shuffle)}`);
  }
  checkCommon(where, options);
}

/** @throws OptionError for unknown names and values out of range. */
export function checkEvaluateOptions(where: string, options: EvaluateOptions, weights = true): void {
  const names = ['batchSize', 'mask', 'lengths', 'signal'];
  checkOptions(where, options, weights ? [...names, 'sampleWeight', 'verbose'] : names);
  expectCountOption(where, 'batchSize', options.batchSize);
  checkCommon(where, options);
}

function checkCommon(where: string, { verbose, signal }: { verbose?: unknown; signal?: unknown }): void {
  if (verbose !== undefined && ![0, 1, 2, 'auto'].includes(verbose as number)) {
    throw new OptionError(`[${where}/verbose] must be 0, 1, 2 or 'auto', got ${shown(verbose)}`);
  }
  if (signal !== undefined && typeof (signal as AbortSignal | null)?.aborted !== 'boolean') {
    throw new OptionError(`[${where}/signal] must be an AbortSignal, got ${shown(signal)}`);
  }
}

function expectCountOption(where: string, name: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) > 0)) return;
  throw new OptionError(`[${where}/${name}] must be a positive integer, got ${shown(value)}`);
}

/**
 * The callbacks that were given, with the progress bar after them.
 * @throws OptionError for what is no callback.
 */
export function callbacksOf({ callbacks = [], verbose = 'auto' }: FitOptions): Callback[] {
  const list = Array.isArray(callbacks) ? callbacks : [callbacks as Callback];
  for (const callback of list) {
    if (typeof callback !== 'object' || callback === null) {
      throw new OptionError(
        `[fit/callbacks] takes objects with onEpochEnd and the like, got ${shown(callback)}`,
      );
    }
    checkCallback(callback);
  }
  return [...list, ...(verbose === 0 ? [] : [progressBar({ verbose })])];
}

/** Events as other libraries name them; what else a callback's class has is its own. */
const foreignEvent = /^on(_?(train|epoch|batch|test|predict|validation)){1,2}_?(begin|start|end)$/i;

/** @throws OptionError for what would never be called: a misspelt event, one that is no function, or none at all. */
function checkCallback(callback: Callback): void {
  const members = callback as Readonly<Record<string, unknown>>;
  for (const event of callbackEvents) {
    if (members[event] === undefined || typeof members[event] === 'function') continue;
    throw new OptionError(`[fit/callbacks] ${event} must be a function, got ${shown(members[event])}`);
  }
  const names = membersOf(callback);
  const known: readonly string[] = callbackEvents;
  for (const name of names) {
    if (known.includes(name) || typeof members[name] !== 'function') continue;
    const meant = suggestion(name, known);
    if (!meant && !foreignEvent.test(name)) continue;
    throw new OptionError(`[fit/callbacks] calls ${known.join(', ')}, and no ${name}${meant}`);
  }
  if (names.length === 0 || names.some((name) => known.includes(name))) return;
  throw new OptionError(
    `[fit/callbacks] takes objects with ${known.join(', ')}, got one with ${names.join(', ')}`,
  );
}

/** The names of an object's members, those of its classes included. */
function membersOf(object: object): string[] {
  const names: string[] = [];
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names.filter((name) => name !== 'constructor');
}
