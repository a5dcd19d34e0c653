// The same experiment with several seeds: one number is luck, their spread is a result.
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { expectCount } from '../data/order.ts';

export interface Spread {
  readonly values: readonly number[];
  readonly mean: number;
  /** Of the sample, over n - 1; 0 for one value. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Calls `fn` n times, one after the other, with the seeds `seed`, `seed` + 1, ... and the count from 0, and gives the
 * spread of its results, such as losses on held-out data.
 * @throws OptionError when a result is no finite number, or for a count that is none.
 */
export async function repeat(
  n: number,
  fn: (seed: number, i: number) => number | Promise<number>,
  options: { seed?: number } = {},
): Promise<Spread> {
  checkOptions('repeat', options, ['seed']);
  expectCount('repeat/n', n);
  if (typeof fn !== 'function') throw new OptionError(`[repeat] takes a function, got ${shown(fn)}`);
  const { seed = 0 } = options;
  const values: number[] = [];
  for (let i = 0; i < n; i++) {
    const value: unknown = await fn(seed + i, i);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new OptionError(
        `[repeat] the function must give a finite number, gave ${shown(value)} for seed ${seed + i}`,
      );
    }
    values.push(value);
  }
  return spreadOf(values);
}

function spreadOf(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    values,
    mean,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : 0,
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
