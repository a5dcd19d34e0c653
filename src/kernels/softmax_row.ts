// How kernels spread the rows of a softmax over threads: the twin of shaders/shared/softmax_row.wgsl.
import { linearGrid } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';

/** One thread a row where barriers are dear, else one workgroup a row. */
export function rowConstants(limits: Limits): { SERIAL: boolean } {
  return { SERIAL: !limits.cheapBarriers };
}

/** Workgroups for that many rows. */
export function rowGrid(
  rows: number,
  constants: { readonly [name: string]: number | boolean },
): [number, number, number] {
  return linearGrid(rows, constants.SERIAL ? 64 : 1);
}

/** The largest of `count` elements from `first` on, and the sum of exp(x - largest). */
export function rowSoftmax(
  x: ArrayLike<number>,
  first: number,
  count: number,
): { largest: number; sum: number } {
  let largest = x[first];
  for (let col = 1; col < count; col++) largest = Math.max(largest, x[first + col]);
  let sum = 0;
  for (let col = 0; col < count; col++) sum += Math.exp(x[first + col] - largest);
  return { largest, sum };
}
