// What the demo finds inside networks, on the CPU: who counts, who remembers, who watches; and series cut for a forecast.
import { expect, test } from 'vitest';
import { cpu, dense, input, lstm, sequential } from 'webgpu-rnn';
import { numericColumns, parseTable } from '../../demo/src/tabs/forecast/csv.ts';
import { series } from '../../demo/src/tabs/forecast/series.ts';
import { forecastTask, rootMeanSquare } from '../../demo/src/tabs/forecast/task.ts';
import {
  bracketDepth,
  correlation,
  findCounter,
  findMemory,
  findWatchers,
  insideComments,
  insideQuotes,
  placeInLine,
} from '../../demo/src/tabs/remember/findings.ts';
import { countsOf, mostCounted } from '../../demo/src/tabs/remember/tasks.ts';
import { planesOf, type Recording, watcher } from '../../demo/src/tabs/remember/watcher.ts';

test('gates and states are those of the equations of an LSTM', async () => {
  const backend = cpu({ precision: 'f64' });
  const [T, D, H] = [5, 3, 2];
  const model = sequential([
    input({ shape: [null, D] }),
    lstm({ units: H, returnSequences: true }),
    dense({ units: 4 }),
  ]);
  model.compile({ loss: 'meanSquaredError', backend, seed: 3 });
  const ids = [0, 2, 1, 1, 0];
  const x = [ids.map((id) => Array.from({ length: D }, (_, d) => Number(d === id)))];
  const told = await model.predict(x);
  const { parameters } = model.runtime;
  const looking = await watcher({ model, parameters, backend, steps: T, batch: 2, symbols: D });
  const recording = await looking.record([[1, 1, 1, 1, 1], ids]);
  const { cell, hidden, input: i, forget: f, candidate: g, output: o } = planesOf(recording, 0, 1, T);
  for (let u = 0; u < H; u++) {
    for (let t = 0; t < T; t++) {
      const at = u * T + t;
      const before = t > 0 ? cell[at - 1] : 0;
      expect(cell[at]).toBeCloseTo(f[at] * before + i[at] * g[at], 6);
      expect(hidden[at]).toBeCloseTo(o[at] * Math.tanh(cell[at]), 6);
    }
  }
  // What the network says is what it says without anybody watching.
  for (let t = 0; t < T; t++) {
    for (let v = 0; v < 4; v++)
      expect(recording.told[(2 * t + 1) * 4 + v]).toBeCloseTo(told.data[4 * t + v], 6);
  }
  looking.dispose();
  await model.dispose();
});

/** A recording of one layer whose cell states are given by step, sequence and unit. */
function recordingOf(
  [T, N, H]: readonly [number, number, number],
  cell: (t: number, n: number, u: number) => number,
): Recording {
  const cells = Float32Array.from({ length: T * N * H }, (_, at) =>
    cell(Math.floor(at / (N * H)), Math.floor(at / H) % N, at % H),
  );
  const layer = { name: 'lstm', units: H, cell: cells, hidden: cells.map(Math.tanh) };
  const gates = new Float32Array(4 * cells.length).fill(0.9);
  return { steps: T, batch: N, layers: [{ ...layer, gates }], told: new Float32Array(T * N), symbols: 1 };
}

test('the unit that counts is found, and none where none counts', () => {
  const size = [2 * mostCounted + 1, mostCounted, 3] as const;
  const noise = (t: number, n: number, u: number) => Math.sin(12.9 * t + 78.2 * n + 37.7 * u);
  const counting = recordingOf(size, (t, n, u) =>
    u === 1 ? -0.5 * (countsOf(n + 1)[t] ?? 0) + 0.05 * noise(t, n, u) : noise(t, n, u),
  );
  const found = findCounter(counting);
  expect(found).toMatchObject({ found: true, unit: 1 });
  expect(found.why).toMatch(/falls by 0\.[45]\d with each a and rises by 0\.[45]\d with each b/);
  expect(findCounter(recordingOf(size, noise)).found).toBe(false);
  // What rises at every step is a clock and counts nothing.
  expect(findCounter(recordingOf(size, (t) => t)).found).toBe(false);
});

test('the unit that remembers is on one side all the way', () => {
  const held = recordingOf([8, 2, 3], (t, n, u) => {
    if (u === 2) return n === 0 ? 0.9 : -0.7;
    // Larger at first, but A and B change sides on the way.
    return u === 1 ? (n === 0 ? 3 - t : t - 3) : 0.01 * t;
  });
  expect(findMemory(held, 7, true)).toMatchObject({ found: true, unit: 2 });
  expect(findMemory(held, 7, true).why).toContain('higher after A than after B, never by less than 1.60');
  expect(findMemory(held, 7, false).found).toBe(false);
});

test('units that watch features of a text are found', () => {
  const text = "a('b c', [d])\nif (x) {\n  'e'; // f 'g'\n}\n";
  const [quotes, brackets] = [insideQuotes(text), bracketDepth(text)];
  const recording = recordingOf([text.length, 1, 3], (t, _, u) =>
    u === 0 ? 2 * brackets[t] - 1 : u === 1 ? Math.sin(17 * t * t) : -quotes[t],
  );
  const found = findWatchers(recording, text);
  expect(found.find(({ role }) => role === 'quotes')).toMatchObject({ unit: 2, found: true });
  expect(found.find(({ role }) => role === 'brackets')).toMatchObject({ unit: 0, found: true });
  expect(Array.from(insideQuotes("it's 'so'"))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0]);
  expect(Array.from(bracketDepth('([a)}]'))).toEqual([1, 2, 2, 1, 0, 0]);
  expect(Array.from(placeInLine('ab\nc'))).toEqual([1, 2, 0, 1]);
  expect(Array.from(insideComments('a//b\nc'))).toEqual([0, 1, 1, 1, 0, 0]);
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(correlation([1, 1, 1], [2, 4, 6])).toBe(0);
});

test('files of separated values are read', () => {
  expect(parseTable('a;"b ""x""";c\r\n1;"2;\n3";\r\n\r\n')).toEqual({
    names: ['a', 'b "x"', 'c'],
    rows: [['1', '2;\n3', '']],
  });
  const rows = Array.from({ length: 70 }, (_, i) => `2024;${i},5;${i === 3 ? '' : i}`).join('\n');
  const columns = numericColumns(rows);
  expect(columns.map(({ name }) => name)).toEqual(['column 1', 'column 2', 'column 3']);
  expect(columns[1].values[2]).toBe(2.5);
  // What is missing is as the value before it.
  expect(columns[2].values[3]).toBe(2);
  expect(() => numericColumns('a\nb\n')).toThrow('No column of this file is made of numbers');
  expect(() => numericColumns('1\n2\n')).toThrow('at least 60 rows');
});

test('a series is cut in the order of time and comes back in its own units', () => {
  const values = series('season', 200);
  for (const relative of [false, true]) {
    const task = forecastTask(values, { window: 12, horizon: 3, validation: 0.2, test: 0.2, relative });
    expect(task.train.from).toBe(14);
    expect([task.validationFrom, task.testFrom]).toEqual([120, 160]);
    expect(task.train.count + task.validation.count + task.test.count).toBe(200 - 14);
    // Whoever tells the targets themselves makes no error.
    for (const part of [task.train, task.validation, task.test]) {
      expect(rootMeanSquare(task.inUnits(part, part.y.data), task.actual(part))).toBeLessThan(1e-4);
    }
    expect(Array.from(task.naive(task.test))).toEqual(
      Array.from(values.slice(157, 197), (value) => expect.closeTo(value, 6)),
    );
  }
  expect(() =>
    forecastTask(values.slice(0, 30), {
      window: 12,
      horizon: 3,
      validation: 0.2,
      test: 0.2,
      relative: false,
    }),
  ).toThrow('too short');
});
