// Real series: passengers by month, temperatures and stock prices by day, with the naive forecast as yardstick.
import type { Backend } from 'webgpu-rnn';
import { columns } from './data/corpora.ts';
import { type Forecast, forecast } from './data/forecaster.ts';

export interface Result {
  /** Thousands, 1949 to 1960; the last two years are forecast. */
  passengers: Forecast;
  /** Degrees Celsius in Melbourne, 1981 to 1990; the last year is forecast. */
  temperatures: Forecast;
  /** The closing price in rupees, from all prices and volumes of the days before; the last 200 days are forecast. */
  stocks: Forecast;
}

/**
 * Forecasts the next value of each series.
 *
 * Passengers and temperatures repeat with the seasons, and a network does better than the last value. A stock price is
 * nearly a random walk: its last value is hard to beat, and who shows a curve that "follows" the prices shows just that.
 */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const passengers = columns('airline-passengers.csv', ['Passengers']);
  const temperatures = columns('daily-min-temperatures.csv', ['Temp']);
  const prices = ['Close', 'Open', 'High', 'Low', 'Total Trade Quantity', 'Turnover (Lacs)'];
  // The files begin with the newest day.
  const stocks = ['tatatest.csv', 'NSE-TATAGLOBAL.csv'].flatMap((file) => columns(file, prices)).reverse();
  return {
    passengers: await forecast(
      { rows: passengers, window: 12, test: 24, growing: true, epochs: 100, learningRate: 0.01 },
      backend,
    ),
    temperatures: await forecast({ rows: temperatures, window: 14, test: 365, epochs: 4 }, backend),
    stocks: await forecast({ rows: stocks, window: 10, test: 200, growing: true, epochs: 4 }, backend),
  };
}
