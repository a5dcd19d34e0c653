// One division of samples into those for training and those for testing.
import { OptionError, ShapeError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type Random, random } from '../core/random.ts';
import { type ArrayLikeData, asArray, NdArray } from './nd_array.ts';
import { countOf, expectCount, expectFlag, ordered, shuffle } from './order.ts';

/** A class for each sample. */
export type Classes = ArrayLike<number | string> | NdArray;

/** Which samples serve for what, by their positions. */
export interface Split {
  readonly train: number[];
  readonly test: number[];
}

export interface SplitOptions {
  /** A part below 1, rounded up, or a number of samples; default: what `trainSize` leaves, else 0.25. */
  testSize?: number;
  /** A part below 1, rounded down, or a number of samples; default: what `testSize` leaves. */
  trainSize?: number;
  /** Default true; where it is false the samples for testing follow those for training. */
  shuffle?: boolean;
  /** Decides the order; default 0. */
  seed?: number;
  /** A class for each sample: both parts have as much of each as all samples have. */
  stratify?: Classes;
}

const OPTIONS = ['testSize', 'trainSize', 'shuffle', 'seed', 'stratify'];

/**
 * Divides arrays of equal length along their first axis: [xTrain, xTest, yTrain, yTest, ...], with the counts of
 * sklearn.model_selection.train_test_split. Options come last.
 * @throws ShapeError for arrays of unequal length; OptionError for sizes that do not fit.
 */
export function trainTestSplit(...args: readonly (ArrayLikeData | SplitOptions)[]): NdArray[] {
  const last = args.at(-1);
  const options = isOptions(last) ? last : {};
  const given = isOptions(last) ? args.slice(0, -1) : args;
  if (given.length === 0) {
    throw new OptionError('[trainTestSplit] takes arrays, and options after them');
  }
  const arrays = given.map((values, i) => asArray(`trainTestSplit/${i}`, values));
  const [{ length }] = arrays;
  arrays.forEach((array, i) => {
    if (array.length === length) return;
    throw new ShapeError(
      `[trainTestSplit] array 0 has ${length} samples, but array ${i} has ${array.length}; the first axis counts samples`,
    );
  });
  const { train, test } = trainTestIndices(length, options);
  return arrays.flatMap((array) => [array.take(train), array.take(test)]);
}

function isOptions(value: unknown): value is SplitOptions {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof NdArray) &&
    !('data' in value && 'shape' in value)
  );
}

/**
 * As `trainTestSplit`, positions only: for texts, sequences of unequal length, or anything else in a list.
 * @throws OptionError for sizes that do not fit.
 */
export function trainTestIndices(
  samples: number | { readonly length: number },
  options: SplitOptions = {},
): Split {
  const where = 'trainTestSplit';
  checkOptions(where, options, OPTIONS);
  const n = countOf(where, samples);
  const { shuffle: mixed = true, seed = 0, stratify } = options;
  expectFlag(`${where}/shuffle`, mixed);
  const { train, test } = sizes(where, n, options);
  if (!stratify) {
    const order = ordered(n, mixed ? { seed, stream: where } : undefined);
    // Without an order of their own the samples for testing come last; with one it does not matter.
    return { train: order.slice(0, train), test: order.slice(train, train + test) };
  }
  if (!mixed) throw new OptionError(`[${where}/stratify] needs shuffle: true`);
  return stratified(where, n, stratify, { train, test }, random(seed, where));
}

function sizes(where: string, n: number, { testSize, trainSize }: SplitOptions) {
  const count = (name: string, size: number, round: (x: number) => number): number => {
    if (typeof size === 'number' && size > 0 && size < 1) return round(size * n);
    expectCount(`${where}/${name}`, size);
    return size;
  };
  const given = { test: testSize ?? (trainSize === undefined ? 0.25 : undefined), train: trainSize };
  const test =
    given.test === undefined
      ? n - count('trainSize', given.train!, Math.floor)
      : count('testSize', given.test, Math.ceil);
  const train = given.train === undefined ? n - test : count('trainSize', given.train, Math.floor);
  if (train < 1 || test < 1 || train + test > n) {
    throw new OptionError(
      `[${where}] ${n} samples cannot be divided into ${train} for training and ${test} for testing` +
        ` (testSize ${shown(testSize)}, trainSize ${shown(trainSize)})`,
    );
  }
  return { train, test };
}

/** Of each class as many as its part of all samples comes to, the rest by the largest remainders. */
function stratified(
  where: string,
  n: number,
  classes: Classes,
  size: { train: number; test: number },
  next: Random,
): Split {
  const byClass = membersOf(where, n, classes);
  const members = [...byClass.values()];
  const lone = [...byClass].find(([, one]) => one.length < 2);
  if (lone) {
    throw new OptionError(
      `[${where}/stratify] the class ${shown(lone[0])} has one sample only, which cannot be in both parts`,
    );
  }
  for (const [part, count] of Object.entries(size)) {
    if (count >= members.length) continue;
    throw new OptionError(
      `[${where}] ${count} samples to ${part} with are fewer than ${members.length} classes`,
    );
  }
  const trains = shares(
    members.map((one) => one.length),
    size.train,
  );
  const tests = shares(
    members.map((one, i) => one.length - trains[i]),
    size.test,
  );
  const train: number[] = [];
  const test: number[] = [];
  members.forEach((one, i) => {
    shuffle(one, next);
    train.push(...one.slice(0, trains[i]));
    test.push(...one.slice(trains[i], trains[i] + tests[i]));
  });
  return { train: shuffle(train, next), test: shuffle(test, next) };
}

/** Divides `total` in proportion to `counts`, whole numbers that never exceed them. */
function shares(counts: readonly number[], total: number): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const exact = counts.map((count) => (count * total) / all);
  const whole = exact.map(Math.floor);
  const missing = total - whole.reduce((sum, count) => sum + count, 0);
  exact
    .map((value, i) => ({ i, rest: value - whole[i] }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i)
    .slice(0, missing)
    .forEach(({ i }) => {
      whole[i]++;
    });
  return whole;
}

/**
 * The positions of each class, in the order in which the classes appear.
 * @throws ShapeError unless there is a class for each sample.
 */
export function membersOf(where: string, n: number, classes: Classes): Map<number | string, number[]> {
  const list = classes instanceof NdArray ? classes.data : classes;
  if (list?.length !== n) {
    throw new ShapeError(`[${where}] ${n} samples need ${n} classes, got ${list?.length ?? shown(classes)}`);
  }
  const members = new Map<number | string, number[]>();
  for (let i = 0; i < n; i++) {
    const known = members.get(list[i]);
    if (known) known.push(i);
    else members.set(list[i], [i]);
  }
  return members;
}
