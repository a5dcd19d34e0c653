// How kernels spread rows over threads: the twin of shaders/shared/each_row.wgsl.
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
