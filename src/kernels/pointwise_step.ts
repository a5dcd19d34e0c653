// What the kernels of one step of a general cell share: params, grid and the places of an element.
import { linearGrid } from '../core/kernel.ts';

/** Time step t of [T,N,.], slots `before` and `after` of [slots,N,.]; the mask [T,N] counts where `masked` is 1. */
export const stepParams = {
  t: 'u32',
  before: 'u32',
  after: 'u32',
  batch: 'u32',
  units: 'u32',
  masked: 'u32',
} as const;

/** One thread for each row and unit. */
export function pointwiseGrid({ batch, units }: { batch: number; units: number }): [number, number, number] {
  return linearGrid(batch * units, 64);
}

interface Step {
  readonly t: number;
  readonly before: number;
  readonly after: number;
  readonly batch: number;
  readonly units: number;
  readonly masked: number;
}

/** Where an element of row and unit lies, and whether the row is masked in this step. */
export interface Place {
  /** row·H + unit */
  readonly i: number;
  readonly unit: number;
  readonly row: number;
  /** In slots `before` and `after` of [slots,N,H]. */
  readonly now: number;
  readonly next: number;
  /** In step t of [T,N,H]. */
  readonly step: number;
  readonly skip: boolean;
}

/** Visits every row and unit of a step. */
export function eachUnit(p: Step, mask: ArrayLike<number>, visit: (place: Place) => void): void {
  const size = p.batch * p.units;
  for (let i = 0; i < size; i++) {
    const row = Math.floor(i / p.units);
    const skip = p.masked === 1 && mask[p.t * p.batch + row] === 0;
    const [now, next, step] = [p.before * size + i, p.after * size + i, p.t * size + i];
    visit({ i, unit: i % p.units, row, now, next, step, skip });
  }
}

/** Where block `gate` of `gates` blocks [.,gates,H] lies for row and unit, `first` rows into the tensor. */
export function blockAt(units: number, gates: number, gate: number, row: number, unit: number): number {
  return (row * gates + gate) * units + unit;
}
