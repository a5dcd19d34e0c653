// The examples that forecast: better than the naive forecast where that can be beaten, and honest where it can not.

import { expect, test } from 'vitest';
import { cpu } from 'webgpu-rnn';
import { columns, corpus } from '../../examples/data/corpora.ts';
import { main as series } from '../../examples/series.ts';
import { main as sine } from '../../examples/sine.ts';
import { sharedText } from '../harness/shared_data.ts';

const minutes = 60_000;

test(
  'a noisy sine is forecast nearly as well as its noise allows',
  async () => {
    const { model, naive, noise } = await sine({ backend: cpu() });
    console.log(`sine: ${model.toFixed(3)}, naive ${naive.toFixed(3)}, noise ${noise}`);
    expect(model).toBeLessThan(0.75 * naive);
    // Below its noise nothing can be told: a smaller error would mean that the test has been seen.
    expect(model).toBeGreaterThan(0.9 * noise);
  },
  5 * minutes,
);

test(
  'passengers, temperatures and stock prices beside the naive forecast',
  async (context) => {
    const files = [
      'airline-passengers.csv',
      'daily-min-temperatures.csv',
      'NSE-TATAGLOBAL.csv',
      'tatatest.csv',
    ];
    const texts = files.map((file) => sharedText(`corpora/${file}`, 'the forecast of real series'));
    if (texts.includes(undefined)) return context.skip();
    const { passengers, temperatures, stocks } = await series({ backend: cpu() });
    for (const [name, { model, naive }] of Object.entries({ passengers, temperatures, stocks })) {
      console.log(`${name}: ${model.toFixed(2)}, naive ${naive.toFixed(2)}`);
    }
    expect([passengers.count, temperatures.count, stocks.count]).toEqual([24, 365, 200]);
    expect(passengers.model).toBeLessThan(0.6 * passengers.naive);
    expect(temperatures.model).toBeLessThan(0.92 * temperatures.naive);
    // A price is nearly a random walk, of which the last value is the best forecast: the model comes near it, and a
    // much smaller error would mean that it has seen the days it is asked for.
    expect(stocks.model / stocks.naive).toBeGreaterThan(0.85);
    expect(stocks.model / stocks.naive).toBeLessThan(1.25);
  },
  5 * minutes,
);

test('what is missing is named', (context) => {
  expect(() => corpus('nothing.csv')).toThrow('../shared/corpora/nothing.csv is missing');
  if (sharedText('corpora/airline-passengers.csv', 'columns of a file') === undefined) return context.skip();
  expect(() => columns('airline-passengers.csv', ['Crew'])).toThrow(
    'airline-passengers.csv has no column Crew: Month, Passengers',
  );
  expect(() => columns('airline-passengers.csv', ['Month'])).toThrow('line 2: 1949-01 is no number');
  const passengers = columns('airline-passengers.csv', ['Passengers']);
  expect([passengers.length, passengers[0], passengers[143]]).toEqual([144, [112], [432]]);
});
