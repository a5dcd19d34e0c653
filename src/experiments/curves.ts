// Curves over the epochs, as a history holds them.
import { DataError, OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { History } from '../training/callback.ts';

/** What `fit` resolves with, or its `history` alone. */
export type Recorded = Pick<History, 'history'> | Readonly<Record<string, readonly number[]>>;

export interface Point {
  /** From 1. */
  readonly epoch: number;
  readonly value: number;
}

/** The curves of one run: of training, and of validation where there is one. */
export interface Run {
  readonly training: readonly Point[];
  readonly validation: readonly Point[];
}

/**
 * The curves of `monitor` in each history.
 * @throws DataError when one lacks them; OptionError for what is no history.
 */
export function runsOf(where: string, recorded: Recorded | readonly Recorded[], monitor: string): Run[] {
  const list = Array.isArray(recorded) ? (recorded as readonly Recorded[]) : [recorded as Recorded];
  if (list.length === 0)
    throw new OptionError(`[${where}] takes what fit() resolved with, got an empty list`);
  return list.map((one) => {
    const table = tableOf(where, one);
    const values = table[monitor];
    if (!Array.isArray(values) || values.length === 0) {
      const names = Object.keys(table).join(', ');
      throw new DataError(`[${where}/monitor] the history has no ${monitor}; it has ${names || 'nothing'}`);
    }
    return {
      training: points(values, values.length),
      validation: points(table[`val_${monitor}`] ?? [], values.length),
    };
  });
}

function tableOf(where: string, recorded: Recorded): Readonly<Record<string, readonly number[]>> {
  const inner = (recorded as { history?: unknown } | null)?.history;
  const table = inner ?? recorded;
  if (typeof table === 'object' && table !== null && !Array.isArray(table)) {
    return table as Readonly<Record<string, readonly number[]>>;
  }
  throw new OptionError(`[${where}] takes what fit() resolved with, got ${shown(recorded)}`);
}

/** Where validation ran in each f-th epoch only, its values stand at these. */
function points(values: readonly number[], epochs: number): Point[] {
  const every = values.length === 0 ? 1 : Math.max(1, Math.floor(epochs / values.length));
  return values.map((value, i) => ({ epoch: every * (i + 1), value }));
}

/** The mean of curves, as far as all of them reach. */
export function meanOf(curves: readonly (readonly Point[])[]): Point[] {
  const length = Math.min(...curves.map((curve) => curve.length));
  return Array.from({ length }, (_, i) => ({
    epoch: curves[0][i].epoch,
    value: curves.reduce((sum, curve) => sum + curve[i].value, 0) / curves.length,
  }));
}
