// Scalers bring the columns of data to one range and back; what they learned can be saved with a model.
import { DataError, FormatError, OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type ArrayLikeData, asArray, NdArray } from './nd_array.ts';

export interface ColumnOptions {
  /**
   * Which columns of the fitted data are given: one for all values, as for forecasts [N] or [N,horizon] of a column, or
   * one for each place of the last axis; default: all columns.
   */
  columns?: number | readonly number[];
}

/** What JSON holds of a scaler: y = (x - center) · scale + low in each column, `low` the low end of `featureRange` or 0. */
export interface ScalerRecord {
  readonly kind: 'standardScaler' | 'minMaxScaler';
  readonly options: Readonly<Record<string, unknown>>;
  readonly center: readonly number[] | null;
  readonly scale: readonly number[] | null;
}

/** Works along the last axis: [N,D], [N,T,D], or a series [T] of one column. Results have their input's shape. */
export interface Scaler {
  /** Learns from the data, in place of what was learned before. @throws DataError for NaN and infinities. */
  fit(data: ArrayLikeData): Scaler;
  /** @throws ShapeError for another number of columns than were fitted; OptionError before `fit`. */
  transform(data: ArrayLikeData, options?: ColumnOptions): NdArray;
  inverseTransform(data: ArrayLikeData, options?: ColumnOptions): NdArray;
  fitTransform(data: ArrayLikeData): NdArray;
  /** The number of columns that were fitted; 0 before. */
  readonly columns: number;
  toJSON(): ScalerRecord;
}

export interface StandardScalerOptions {
  /** Subtracts the mean; default true. */
  withMean?: boolean;
  /** Divides by the deviation; default true. */
  withStd?: boolean;
}

/**
 * (x - mean) / deviation in each column, the deviation over n, and 1 for columns without variance, as
 * sklearn.preprocessing.StandardScaler.
 * @throws OptionError for unknown options.
 */
export function standardScaler(options: StandardScalerOptions = {}): Scaler {
  const where = 'standardScaler';
  checkOptions(where, options, ['withMean', 'withStd']);
  const { withMean = true, withStd = true } = options;
  return scaler(where, { withMean, withStd }, (rows, columns) => {
    const means = columnwise(rows, columns, (sum, x) => sum + x, 0).map((sum) => sum / rows.count);
    const squares = columnwise(rows, columns, (sum, x, d) => sum + (x - means[d]) ** 2, 0);
    const deviations = squares.map((sum, d) => {
      const variance = sum / rows.count;
      // What the rounding of equal numbers leaves is no variance.
      const noise = rows.count * EPSILON * variance + (rows.count * means[d] * EPSILON) ** 2;
      return variance <= noise ? 1 : Math.sqrt(variance);
    });
    return {
      center: means.map((mean) => (withMean ? mean : 0)),
      scale: deviations.map((deviation) => (withStd ? 1 / deviation : 1)),
    };
  });
}

const EPSILON = 2 ** -52;

export interface MinMaxScalerOptions {
  /** Where the smallest and the largest number of a column go; default [0, 1]. */
  featureRange?: readonly [low: number, high: number];
  /** Holds numbers that lie outside what was fitted to the range; default false. */
  clip?: boolean;
}

/**
 * Brings each column to `featureRange`, as sklearn.preprocessing.MinMaxScaler; a column of equal numbers goes to its low end.
 * @throws OptionError for unknown options or a range that does not rise.
 */
export function minMaxScaler(options: MinMaxScalerOptions = {}): Scaler {
  const where = 'minMaxScaler';
  checkOptions(where, options, ['featureRange', 'clip']);
  const { featureRange = [0, 1], clip = false } = options;
  const [low, high] = featureRange;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high)) {
    throw new OptionError(
      `[${where}/featureRange] must be [low, high] with low below high, got ${shown(featureRange)}`,
    );
  }
  const learn = (rows: Rows, columns: number): Learned => {
    const least = columnwise(rows, columns, (min, x) => Math.min(min, x), Number.POSITIVE_INFINITY);
    const most = columnwise(rows, columns, (max, x) => Math.max(max, x), Number.NEGATIVE_INFINITY);
    const ranges = least.map((min, d) => (most[d] - min < 10 * EPSILON ? 1 : most[d] - min));
    return { center: least, scale: ranges.map((range) => (high - low) / range) };
  };
  return scaler(where, { featureRange: [low, high], clip }, learn, { low, high: clip ? high : undefined });
}

/**
 * The scaler that `toJSON` wrote.
 * @throws FormatError for what is no scaler.
 */
export function scalerFromJSON(record: ScalerRecord | string): Scaler {
  const { kind, options, center, scale } = (
    typeof record === 'string' ? JSON.parse(record) : (record ?? {})
  ) as ScalerRecord;
  const factory =
    kind === 'standardScaler' ? standardScaler : kind === 'minMaxScaler' ? minMaxScaler : undefined;
  if (!factory) throw new FormatError(`this is no scaler: its kind is ${shown(kind)}`);
  const made = factory(options as never) as Restorable;
  if (center === null && scale === null) return made;
  const numbers = (list: unknown) => Array.isArray(list) && list.every(Number.isFinite);
  if (!numbers(center) || !numbers(scale) || scale!.length !== center!.length || scale!.includes(0)) {
    throw new FormatError(
      `the ${kind} is damaged: it takes as many numbers in center as in scale, none of these 0`,
    );
  }
  return made[RESTORE]({ center: center!, scale: scale! });
}

/** Rows of numbers: all axes but the last. */
interface Rows {
  readonly data: ArrayLike<number>;
  readonly count: number;
}

interface Learned {
  readonly center: readonly number[];
  readonly scale: readonly number[];
}

const RESTORE = Symbol('restore');
type Restorable = Scaler & { [RESTORE](learned: Learned): Scaler };

function scaler(
  kind: ScalerRecord['kind'],
  options: Readonly<Record<string, unknown>>,
  learn: (rows: Rows, columns: number) => Learned,
  { low, high }: { low: number; high: number | undefined } = { low: 0, high: undefined },
): Scaler {
  let learned: Learned | undefined;
  const apply = (
    what: string,
    values: ArrayLikeData,
    columns: number | readonly number[] | undefined,
    formula: (x: number, center: number, scale: number) => number,
  ): NdArray => {
    const where = `${kind}/${what}`;
    if (!learned) throw new OptionError(`[${where}] needs fit() before it`);
    const array = asArray(where, values);
    const places = placesOf(where, array, columns, learned.scale.length);
    const { center, scale } = learned;
    const out =
      array.data instanceof Float32Array
        ? new Float32Array(array.data.length)
        : new Float64Array(array.data.length);
    for (let i = 0; i < out.length; i++) {
      const d = places[i % places.length];
      out[i] = formula(array.data[i], center[d], scale[d]);
    }
    return new NdArray(array.shape, out);
  };
  const held = (y: number) => (high === undefined ? y : Math.min(Math.max(y, low), high));
  const made: Restorable = {
    get columns() {
      return learned?.scale.length ?? 0;
    },
    fit(values) {
      const array = asArray(`${kind}/fit`, values);
      const columns = array.shape.length <= 1 ? 1 : array.shape[array.shape.length - 1];
      const count = columns === 0 ? 0 : array.data.length / columns;
      if (count === 0) throw new DataError(`[${kind}/fit] there is no row in ${show(array.shape)}`);
      const odd = Array.prototype.findIndex.call(array.data, (x: number) => !Number.isFinite(x));
      if (odd >= 0) {
        throw new DataError(
          `[${kind}/fit] takes finite numbers, got ${array.data[odd]} in column ${odd % columns} of row` +
            ` ${Math.floor(odd / columns)}`,
        );
      }
      const { center, scale } = learn({ data: array.data, count }, columns);
      // JSON knows no -0, and what a file gives back is to scale alike.
      const plain = (x: number) => x + 0;
      learned = { center: center.map(plain), scale: scale.map(plain) };
      return made;
    },
    transform: (values, { columns } = {}) =>
      apply('transform', values, columns, (x, center, scale) => held((x - center) * scale + low)),
    inverseTransform: (values, { columns } = {}) =>
      apply('inverseTransform', values, columns, (y, center, scale) => (y - low) / scale + center),
    fitTransform: (values) => made.fit(values).transform(values),
    toJSON: () => ({
      kind,
      options,
      center: learned ? [...learned.center] : null,
      scale: learned ? [...learned.scale] : null,
    }),
    [RESTORE](from) {
      learned = from;
      return made;
    },
  };
  return made;
}

/** The column of each place of the last axis. */
function placesOf(
  where: string,
  { shape }: NdArray,
  columns: number | readonly number[] | undefined,
  fitted: number,
): readonly number[] {
  const width = shape.length <= 1 ? 1 : shape[shape.length - 1];
  const places =
    columns === undefined
      ? Array.from({ length: fitted }, (_, d) => d)
      : typeof columns === 'number'
        ? [columns]
        : columns;
  const odd = places.find((d) => !Number.isSafeInteger(d) || d < 0 || d >= fitted);
  if (odd !== undefined || places.length === 0) {
    throw new OptionError(`[${where}/columns] takes columns from 0 to ${fitted - 1}, got ${odd ?? 'none'}`);
  }
  if (typeof columns !== 'number' && places.length !== width) {
    throw new ShapeError(
      `[${where}] ${columns ? `${places.length} columns are named` : `${fitted} columns were fitted`}, but ${show(shape)}` +
        ` has ${width}; for a part of them say which: { columns: 0 }`,
    );
  }
  return places;
}

function columnwise(
  { data }: Rows,
  columns: number,
  add: (sum: number, x: number, column: number) => number,
  initial: number,
): number[] {
  const sums = new Array<number>(columns).fill(initial);
  for (let i = 0; i < data.length; i++) sums[i % columns] = add(sums[i % columns], data[i], i % columns);
  return sums;
}
