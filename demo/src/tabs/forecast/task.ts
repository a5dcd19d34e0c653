// A series cut into windows, scaled by its training part alone, and divided in the order of time.
import { NdArray, ndarray, type ScalerRecord, scalerFromJSON, standardScaler, windows } from 'webgpu-rnn';

export interface TaskOptions {
  /** Steps that the network sees. */
  window: number;
  /** How many steps ahead it forecasts. */
  horizon: number;
  /** Parts of the series for validation and for testing, each after the one before. */
  validation: number;
  test: number;
  /** The network sees each window from its last value and tells the change from there. */
  relative: boolean;
  /** As a network learned it; learned from the training part when left out. */
  scaler?: ScalerRecord | undefined;
}

export interface Part {
  readonly x: NdArray;
  readonly y: NdArray;
  /** The first position in the series that is forecast. */
  readonly from: number;
  readonly count: number;
}

export interface ForecastTask {
  readonly train: Part;
  readonly validation: Part;
  readonly test: Part;
  /** Where validation and test begin in the series. */
  readonly validationFrom: number;
  readonly testFrom: number;
  /** The mean squared error of the naive forecast in scaled units, on the validation part. */
  readonly naiveLoss: number;
  readonly scaler: ScalerRecord;
  /** What the network told [count] of a part, in the units of the series. */
  inUnits(part: Part, told: ArrayLike<number>): Float64Array;
  /** The forecast that repeats the last value seen, in the units of the series. */
  naive(part: Part): Float64Array;
  /** What came indeed. */
  actual(part: Part): Float64Array;
}

/**
 * Cuts the task.
 * @throws Error in the visitor's words where the series is too short.
 */
export function forecastTask(series: Float64Array, options: TaskOptions): ForecastTask {
  const { window, horizon, relative } = options;
  const T = series.length;
  const testFrom = Math.round(T * (1 - options.test));
  const validationFrom = Math.round(T * (1 - options.test - options.validation));
  // A window and the step that it forecasts, so many steps later.
  const first = window + horizon - 1;
  const fewest = 8;
  if (validationFrom - first < fewest || testFrom - validationFrom < 2 || T - testFrom < 2) {
    throw new Error(
      `The series is too short: ${T} values, of which ${validationFrom} are for training, for windows of ${window} and a forecast ${horizon} ahead. Take a smaller window or a longer series.`,
    );
  }
  const scaler = options.scaler ? scalerFromJSON(options.scaler) : standardScaler();
  if (!options.scaler) scaler.fit(ndarray(series.subarray(0, validationFrom), [validationFrom]));
  const scaled = scaler.transform(ndarray(series, [T]));
  const { x, y } = windows(scaled, { window, gap: horizon - 1 });
  const last = Float64Array.from({ length: x.length }, (_, n) => x.data[(n + 1) * window - 1]);
  const seen = Float32Array.from(x.data, (value, i) =>
    relative ? value - last[Math.floor(i / window)] : value,
  );
  const told = Float32Array.from(y.data, (value, n) => (relative ? value - last[n] : value));
  const [xs, ys] = [new NdArray([x.length, window, 1], seen), new NdArray([x.length, 1], told)];
  const part = (from: number, to: number): Part => ({
    ...{ from, count: to - from },
    x: xs.slice(from - first, to - first),
    y: ys.slice(from - first, to - first),
  });
  const units = (values: Float64Array) => scaler.inverseTransform(ndarray(values, [values.length]));
  const lastOf = ({ from, count }: Part) => last.subarray(from - first, from - first + count);
  const validation = part(validationFrom, testFrom);
  const misses = Array.from(lastOf(validation), (value, n) => scaled.data[validationFrom + n] - value);
  return {
    train: part(first, validationFrom),
    validation,
    test: part(testFrom, T),
    validationFrom,
    testFrom,
    scaler: scaler.toJSON(),
    naiveLoss: misses.reduce((sum, miss) => sum + miss * miss, 0) / misses.length,
    inUnits: (it, values) =>
      Float64Array.from(
        units(Float64Array.from(values, (value, n) => (relative ? value + lastOf(it)[n] : value))).data,
      ),
    naive: (it) => Float64Array.from(units(lastOf(it).slice()).data),
    actual: ({ from, count }) => series.slice(from, from + count),
  };
}

/** The root of the mean squared difference. */
export function rootMeanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / a.length);
}
