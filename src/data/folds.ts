// Several divisions of the same samples, each tested on another part: folds for cross-validation, and series in time.
import { OptionError } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import { random } from '../core/random.ts';
import { countOf, expectCount, expectFlag, ordered, shuffle } from './order.ts';
import { type Classes, membersOf, type Split } from './split.ts';

export interface Folds {
  readonly nSplits: number;
  /** The divisions, for a number of samples or what holds them; positions rise in both parts. */
  split(samples: number | { readonly length: number }): Split[];
}

export interface KFoldOptions {
  /** Default 5. */
  nSplits?: number;
  /** Default false: each fold is a run of neighbours. */
  shuffle?: boolean;
  /** Decides the order; default 0. */
  seed?: number;
}

/**
 * Divides samples into `nSplits` folds, each of which is the test of one division; the first n % nSplits folds have one
 * sample more, as sklearn.model_selection.KFold has it.
 * @throws OptionError for fewer than two folds, or in `split` for fewer samples than folds.
 */
export function kFold(options: KFoldOptions = {}): Folds {
  const where = 'kFold';
  const { nSplits, mixed, seed } = settled(where, options);
  return {
    nSplits,
    split(samples) {
      const n = countOf(where, samples);
      expectEnough(where, n, nSplits);
      const order = ordered(n, mixed ? { seed, stream: where } : undefined);
      const foldOf = new Array<number>(n);
      let from = 0;
      for (let k = 0; k < nSplits; k++) {
        const size = Math.floor(n / nSplits) + (k < n % nSplits ? 1 : 0);
        for (const i of order.slice(from, from + size)) foldOf[i] = k;
        from += size;
      }
      return divided(foldOf, nSplits);
    },
  };
}

export interface StratifiedFolds {
  readonly nSplits: number;
  /** The divisions, for the class of each sample. */
  split(classes: Classes): Split[];
}

/**
 * As `kFold`, with as much of each class in each fold as all samples have, as sklearn.model_selection.StratifiedKFold.
 * @throws OptionError for fewer than two folds, or in `split` when every class has fewer samples than there are folds.
 */
export function stratifiedKFold(options: KFoldOptions = {}): StratifiedFolds {
  const where = 'stratifiedKFold';
  const { nSplits, mixed, seed } = settled(where, options);
  return {
    nSplits,
    split(classes) {
      const n = countOf(where, classes);
      const members = [...membersOf(where, n, classes).values()];
      const most = Math.max(...members.map((one) => one.length));
      if (!(most >= nSplits)) {
        throw new OptionError(`[${where}] no class has ${nSplits} samples, one for each of ${nSplits} folds`);
      }
      // Every nSplits-th sample of all, sorted by class, goes to one fold: so many of each class it gets.
      const sorted = members.flatMap((one, c) => one.map(() => c));
      const next = random(seed, where);
      const foldOf = new Array<number>(n);
      members.forEach((one, c) => {
        const folds: number[] = [];
        for (let k = 0; k < nSplits; k++) {
          for (let i = k; i < n; i += nSplits) if (sorted[i] === c) folds.push(k);
        }
        if (mixed) shuffle(folds, next);
        one.forEach((i, at) => {
          foldOf[i] = folds[at];
        });
      });
      return divided(foldOf, nSplits);
    },
  };
}

function settled(where: string, options: KFoldOptions) {
  checkOptions(where, options, ['nSplits', 'shuffle', 'seed']);
  const { nSplits = 5, shuffle: mixed = false, seed = 0 } = options;
  expectCount(`${where}/nSplits`, nSplits, 2);
  expectFlag(`${where}/shuffle`, mixed);
  return { nSplits, mixed, seed };
}

function expectEnough(where: string, n: number, nSplits: number): void {
  if (n >= nSplits) return;
  throw new OptionError(`[${where}] ${n} samples are fewer than ${nSplits} folds; take a smaller nSplits`);
}

function divided(foldOf: readonly number[], nSplits: number): Split[] {
  return Array.from({ length: nSplits }, (_, k) => {
    const train: number[] = [];
    const test: number[] = [];
    foldOf.forEach((fold, i) => {
      (fold === k ? test : train).push(i);
    });
    return { train, test };
  });
}

export interface TimeSeriesSplitOptions {
  /** Default 5. */
  nSplits?: number;
  /** The samples nearest to the test that are trained on; default: all before it. */
  maxTrainSize?: number;
  /** Samples of each test; default: n / (nSplits + 1). */
  testSize?: number;
  /** Samples left out between training and test, so that windows do not overlap; default 0. */
  gap?: number;
}

/**
 * Divides a series so that each test follows what was trained on, as sklearn.model_selection.TimeSeriesSplit.
 * @throws OptionError for fewer than two divisions, or in `split` for too few samples.
 */
export function timeSeriesSplit(options: TimeSeriesSplitOptions = {}): Folds {
  const where = 'timeSeriesSplit';
  checkOptions(where, options, ['nSplits', 'maxTrainSize', 'testSize', 'gap']);
  const { nSplits = 5, maxTrainSize, testSize, gap = 0 } = options;
  expectCount(`${where}/nSplits`, nSplits, 2);
  expectCount(`${where}/gap`, gap, 0);
  if (maxTrainSize !== undefined) expectCount(`${where}/maxTrainSize`, maxTrainSize);
  if (testSize !== undefined) expectCount(`${where}/testSize`, testSize);
  return {
    nSplits,
    split(samples) {
      const n = countOf(where, samples);
      expectEnough(where, n, nSplits + 1);
      const size = testSize ?? Math.floor(n / (nSplits + 1));
      const first = n - nSplits * size;
      if (first - gap < 1) {
        throw new OptionError(
          `[${where}] ${n} samples leave none to train on before ${nSplits} tests of ${size} and a gap of ${gap}`,
        );
      }
      return Array.from({ length: nSplits }, (_, k) => {
        const start = first + k * size;
        const end = start - gap;
        return {
          train: range(maxTrainSize === undefined ? 0 : Math.max(0, end - maxTrainSize), end),
          test: range(start, start + size),
        };
      });
    },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
