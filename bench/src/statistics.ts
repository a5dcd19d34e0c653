// Medians with their quartiles, of times and of ratios between neighbouring blocks.
import type { Spread } from './results.ts';

/** The value below which the part `q` of the sorted numbers lies, between neighbours by proportion. */
export function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** @throws Error for no values at all. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('a median needs at least one value');
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    runs: values.length,
  };
}

/** Theirs over ours, pair by pair: what slows both for a while cancels out. */
export function ratiosOf(ours: readonly number[], theirs: readonly number[]): Spread {
  const pairs = Math.min(ours.length, theirs.length);
  return spreadOf(Array.from({ length: pairs }, (_, i) => theirs[i] / ours[i]));
}
