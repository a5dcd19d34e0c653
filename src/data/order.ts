// Orders of samples: permutations with a seed.
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { type Random, random } from '../core/random.ts';

/** Fisher and Yates' shuffle, in place. */
export function shuffle<T>(values: T[], next: Random): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = next.below(i + 1);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

/** The integers from 0 to below `n`, in an order that `seed` and `stream` decide, or as they are. */
export function ordered(n: number, shuffled?: { seed: number; stream: string }): number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  return shuffled ? shuffle(all, random(shuffled.seed, shuffled.stream)) : all;
}

/** @throws OptionError unless it is an integer of at least `least`. */
export function expectCount(where: string, value: unknown, least = 1): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new OptionError(`[${where}] must be an integer from ${least} on, got ${shown(value)}`);
}

/** @throws OptionError unless it is true or false. */
export function expectFlag(where: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new OptionError(`[${where}] must be true or false, got ${shown(value)}`);
}

/** The number of samples: a number itself, or the length of what holds them. */
export function countOf(where: string, samples: unknown): number {
  const { length } = Object(samples) as { length?: unknown };
  const n = typeof samples === 'number' ? samples : length;
  if (Number.isSafeInteger(n) && (n as number) >= 0) return n as number;
  throw new OptionError(`[${where}] takes the number of samples, or an array of them, got ${shown(samples)}`);
}
