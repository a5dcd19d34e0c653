// A forecast of the next value of a series, by an LSTM and by the last value, and how far each is off.
import {
  adam,
  type Backend,
  dense,
  input,
  lstm,
  ndarray,
  sequential,
  standardScaler,
  windows,
} from 'webgpu-rnn';

export interface Forecast {
  /** Root of the mean squared error on the last part of the series, in the units of the series. */
  model: number;
  /** The same of the naive forecast: tomorrow is as today. */
  naive: number;
  /** How many values were forecast. */
  count: number;
}

export interface Series {
  /** One row a time step, the oldest first. */
  rows: number[][];
  /** The column that is forecast; default 0. */
  target?: number;
  /** Steps that the model sees. */
  window: number;
  /** The last so many values are forecast and not trained on. */
  test: number;
  /** Of a series that grows: logarithms are taken, and each window is seen from its last step; default false. */
  growing?: boolean;
  units?: number;
  epochs?: number;
  learningRate?: number;
  batchSize?: number;
}

/** Trains on the first part of the series and forecasts each value of the rest from the true ones before it. */
export async function forecast(series: Series, backend?: Backend): Promise<Forecast> {
  const { rows, target = 0, window, test, growing = false } = series;
  const { units = 16, epochs = 20, learningRate = 0.005, batchSize = 32 } = series;
  const values = growing ? rows.map((row) => row.map(Math.log)) : rows;
  // What the scaler learns must not know of the values that are forecast.
  const scaler = standardScaler();
  scaler.fit(values.slice(0, -test));
  const { x, y } = windows(scaler.transform(values), { window, targetColumns: target });
  const D = x.shape[2];
  const lastRow = (n: number, d: number) => x.data[((n + 1) * window - 1) * D + d];
  const last = Float32Array.from({ length: x.length }, (_, n) => lastRow(n, target));
  const seen = ndarray(
    Float32Array.from(x.data, (value, i) =>
      growing ? value - lastRow(Math.floor(i / (window * D)), i % D) : value,
    ),
    x.shape,
  );
  // The network tells the change, which stays in its range where the series leaves that of its past.
  const change = ndarray(
    last.map((value, n) => y.data[n] - value),
    y.shape,
  );

  const model = sequential([input({ shape: [window, D] }), lstm({ units }), dense({ units: 1 })]);
  model.compile({ optimizer: adam({ learningRate }), loss: 'meanSquaredError', ...(backend && { backend }) });
  await model.fit(seen.slice(0, -test), change.slice(0, -test), { epochs, batchSize, verbose: 0 });
  const told = await model.predict(seen.slice(-test));
  await model.dispose();

  const inUnits = (scaled: Float32Array): number[] => {
    const { data } = scaler.inverseTransform(ndarray(scaled), { columns: target });
    return Array.from(data, (value) => (growing ? Math.exp(value) : value));
  };
  const naive = last.slice(-test);
  const actual = rows.slice(-test).map((row) => row[target]);
  return {
    model: rootMeanSquare(inUnits(naive.map((value, i) => value + told.data[i])), actual),
    naive: rootMeanSquare(inUnits(naive), actual),
    count: test,
  };
}

function rootMeanSquare(forecasts: readonly number[], actual: readonly number[]): number {
  const squares = forecasts.map((value, i) => (value - actual[i]) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}
