// Windows over a series: what a model sees, and what comes after it.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type ArrayDataset, type BatchOptions, batchOrder, expectBatchOptions } from './datasets.ts';
import { type ArrayLikeData, asArray, NdArray } from './nd_array.ts';
import { expectCount } from './order.ts';

export interface WindowOptions {
  /** Steps that a model sees. */
  window: number;
  /** Steps after them that it is to tell; default 1. */
  horizon?: number;
  /** Steps between the beginnings of two windows; default 1. */
  stride?: number;
  /** Steps left out between the window and its horizon; default 0. */
  gap?: number;
  /** The columns of the series in y: one leaves its axis away; default all of them. */
  targetColumns?: number | readonly number[];
  /** The columns of the series in x; default all of them. */
  columns?: readonly number[];
}

export interface Windows {
  /** [N, window, D]. */
  readonly x: NdArray;
  /** [N, horizon], or [N, horizon, K] for several columns. */
  readonly y: NdArray;
}

const OPTIONS = ['window', 'horizon', 'stride', 'gap', 'targetColumns', 'columns'];

/**
 * Cuts a series [T] or [T,D] into windows x [N,window,D] and what follows each, y [N,horizon] or [N,horizon,K];
 * N = ⌊(T - window - gap - horizon) / stride⌋ + 1.
 * @throws DataError when the series is too short; OptionError and ShapeError for what does not fit.
 */
export function windows(series: ArrayLikeData, options: WindowOptions): Windows {
  checkOptions('windows', options, OPTIONS);
  const cutter = cutterOf('windows', series, options);
  return cutter.take(Array.from({ length: cutter.count }, (_, i) => i));
}

/**
 * As `windows`, cut batch by batch while a model trains with `fitDataset`: the series is stored once.
 * @throws as `windows`, and OptionError for options of the batches.
 */
export function windowDataset(
  series: ArrayLikeData,
  options: WindowOptions & BatchOptions,
): ArrayDataset<Windows> {
  const where = 'windowDataset';
  checkOptions(where, options, [...OPTIONS, 'batchSize', 'shuffle', 'seed']);
  const { batchSize, shuffle, seed, ...own } = options;
  const settled = expectBatchOptions(where, { batchSize, shuffle, seed });
  const cutter = cutterOf(where, series, own);
  return batchOrder(cutter.count, settled, (indices) => cutter.take(indices));
}

interface Cutter {
  readonly count: number;
  take(indices: readonly number[]): Windows;
}

function cutterOf(where: string, values: ArrayLikeData, options: WindowOptions): Cutter {
  const { window, horizon = 1, stride = 1, gap = 0 } = options;
  for (const [name, value] of Object.entries({ window, horizon, stride }))
    expectCount(`${where}/${name}`, value);
  expectCount(`${where}/gap`, gap, 0);
  const series = asArray(where, values);
  if (series.shape.length !== 1 && series.shape.length !== 2) {
    throw new ShapeError(`[${where}] expected a series [T] or [T, D], got ${show(series.shape)}`);
  }
  const [T, D = 1] = series.shape;
  const first = window + gap;
  const count = Math.floor((T - first - horizon) / stride) + 1;
  if (count < 1) {
    throw new DataError(
      `[${where}] a series of ${T} steps has no window of ${window} with ${gap ? `a gap of ${gap} and ` : ''}a horizon of` +
        ` ${horizon}: that takes ${first + horizon}`,
    );
  }
  const every = Array.from({ length: D }, (_, d) => d);
  const { columns = every, targetColumns = D === 1 ? 0 : every } = options;
  const targets = typeof targetColumns === 'number' ? [targetColumns] : targetColumns;
  expectColumns(`${where}/columns`, columns, D);
  expectColumns(`${where}/targetColumns`, targets, D);
  const { data } = series;
  const make = () => (data instanceof Float32Array ? Float32Array : Float64Array);
  /** Steps of each of some windows, from `offset` behind their beginning. */
  const cut = (indices: readonly number[], offset: number, length: number, from: readonly number[]) => {
    const out = new (make())(indices.length * length * from.length);
    let at = 0;
    for (const i of indices) {
      for (let t = i * stride + offset; t < i * stride + offset + length; t++) {
        for (const d of from) out[at++] = data[t * D + d];
      }
    }
    return out;
  };
  return {
    count,
    take(indices) {
      const n = indices.length;
      const lone = typeof targetColumns === 'number';
      return {
        x: new NdArray([n, window, columns.length], cut(indices, 0, window, columns)),
        y: new NdArray(
          lone ? [n, horizon] : [n, horizon, targets.length],
          cut(indices, first, horizon, targets),
        ),
      };
    },
  };
}

function expectColumns(where: string, columns: readonly number[], D: number): void {
  const odd = columns.find((d) => !Number.isSafeInteger(d) || d < 0 || d >= D);
  if (odd === undefined && columns.length > 0) return;
  throw new OptionError(
    `[${where}] takes columns from 0 to ${D - 1}, got ${columns.length === 0 ? 'none' : shown(odd)}`,
  );
}
