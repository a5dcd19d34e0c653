// What the demo finds inside networks, on the CPU: who counts, who remembers, who watches; and series cut for a forecast.
import { expect, test } from 'vitest';
import {
  type Backend,
  cpu,
  dense,
  input,
  type LanguageModelConfig,
  type Level,
  languageModel,
  lstm,
  readSafetensors,
  sequential,
  Vocabulary,
  writeSafetensors,
} from 'webgpu-rnn';
import { series } from '../../demo/src/tabs/forecast/series.ts';
import { forecastTask, rootMeanSquare } from '../../demo/src/tabs/forecast/task.ts';
import {
  bracketDepth,
  featureOf,
  insideComments,
  insideQuotes,
  placeInLine,
  watchedIn,
  wordStarts,
} from '../../demo/src/tabs/remember/features.ts';
import { correlation, findCounter, findMemory, findWatchers } from '../../demo/src/tabs/remember/findings.ts';
import { openReading } from '../../demo/src/tabs/remember/reading.ts';
import { countsOf, mostCounted } from '../../demo/src/tabs/remember/tasks.ts';
import { type PlaneName, planesOf, type Recording, watcher } from '../../demo/src/tabs/remember/watcher.ts';
import { packModel } from '../../demo/src/tabs/write/model_file.ts';

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
  const planes = planesOf(recording, 0, 1, T) as Record<PlaneName, Float32Array>;
  expect(Object.keys(planes)).toEqual(['cell', 'hidden', 'input', 'forget', 'candidate', 'output']);
  const { cell, hidden, input: i, forget: f, candidate: g, output: o } = planes;
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
  const symbols = text.split('');
  const [quotes, brackets] = [insideQuotes(text), bracketDepth(text)];
  const recording = recordingOf([text.length, 1, 3], (t, _, u) =>
    u === 0 ? 2 * brackets[t] - 1 : u === 1 ? Math.sin(17 * t * t) : -quotes[t],
  );
  const found = findWatchers(recording, { symbols, level: 'char' });
  const roles = ['quotes', 'brackets', 'line ends', 'spaces', 'word starts', 'comments'];
  expect(found.map(({ role }) => role).sort()).toEqual(roles.sort());
  expect(found.find(({ role }) => role === 'quotes')).toMatchObject({ unit: 2, found: true });
  expect(found.find(({ role }) => role === 'brackets')).toMatchObject({ unit: 0, found: true });
  // Over a few letters some unit goes with anything: nothing is said to be found there.
  const few = findWatchers(recording, { symbols: symbols.slice(0, 12), level: 'char' });
  expect(few.length).toBeGreaterThan(2);
  expect(few.every((it) => !it.found)).toBe(true);
  expect(few[0].why).toContain('The text is too short to tell which unit watches');
  expect(Array.from(insideQuotes("it's 'so'"))).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0]);
  expect(Array.from(bracketDepth('([a)}]'))).toEqual([1, 2, 2, 1, 0, 0]);
  expect(Array.from(placeInLine('ab\nc'))).toEqual([1, 2, 0, 1]);
  expect(Array.from(wordStarts('ab, c1'))).toEqual([1, 0, 0, 0, 1, 0]);
  expect(Array.from(insideComments('a//b\nc'))).toEqual([0, 1, 1, 1, 0, 0]);
  // Of a symbol with several UTF-16 units, and of a word, what any of them has.
  const read = (words: string, given: string[], level: Level) =>
    Array.from(watchedIn(featureOf(words), given, level));
  expect(read('capital letters', ['😀', 'B'], 'char')).toEqual([0, 1]);
  expect(read('being inside quotes', ['say', '"so', 'it', 'is"', '.', '\n', 'x'], 'word')).toEqual([
    0, 1, 1, 1, 0, 0, 0,
  ]);
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(correlation([1, 1, 1], [2, 4, 6])).toBe(0);
});

/** The file of a language model, its weights changed by name. */
async function fileOf(
  backend: Backend,
  config: LanguageModelConfig,
  vocabulary: Vocabulary,
  plant: (name: string, weights: Float32Array) => void = () => {},
): Promise<Uint8Array> {
  const model = languageModel(config);
  model.compile({ loss: 'sparseCategoricalCrossentropy', backend, seed: 5 });
  await model.predict([[1]]);
  const weights = await model.getWeights();
  for (const [i, { data }] of weights.entries()) plant(model.weightNames[i], data as Float32Array);
  await model.setWeights(weights);
  const settings = { ...config, corpus: 'own', window: 8, batch: 1, rate: 0.01, seed: 1 } as const;
  const text = { name: 'text', tokens: 9, fingerprint: '' };
  const bytes = await packModel({
    ...{
      backend,
      parameters: model.runtime.parameters,
      config,
      vocabulary,
      settings,
      step: 3,
      text,
      adapter: 'CPU',
      run: 1,
    },
  });
  await model.dispose();
  return bytes;
}

const sizes = { embedding: 2, dropout: 0.2, tieWeights: false };

test('a unit that was made to copy being inside quotes is found in a model file, on a passage or a text', async () => {
  const backend = cpu({ precision: 'f64' });
  const vocabulary = Vocabulary.fromText('“Go, fox,” said he.\n');
  const [opening, closing] = ['“', '”'].map((mark) => vocabulary.idOf(mark)!);
  const H = 4;
  const config = { ...sizes, vocabularySize: vocabulary.size, cell: 'lstm', layers: 1, units: H } as const;
  const bytes = await fileOf(backend, config, vocabulary, (name, weights) => {
    if (name.includes('embedding')) {
      weights.fill(0);
      weights[2 * opening] = 1;
      weights[2 * closing + 1] = 1;
    } else if (name.startsWith('lstm')) {
      // Unit 3 lets a one in at the opening mark, keeps it, and drops it at the closing one; gates i, f, c, o.
      const rows = weights.length / (4 * H);
      for (let row = 0; row < rows; row++) {
        const at = (gate: number) => (row * 4 + gate) * H + 2;
        const of = name.endsWith('bias') ? [-9, 9, 9, 9] : [0, 0, 0, 0];
        if (name.endsWith('/kernel') && row === 0) [of[0], of[1]] = [18, -18];
        if (name.endsWith('/kernel') && row === 1) of[1] = -18;
        of.forEach((value, gate) => {
          weights[at(gate)] = value;
        });
      }
    }
  });
  const passage = '“Go, fox,” said he.\nhe said: “fox, Go”, so he, “o fox”, is afox.\n'.repeat(6);
  const shown = { count: 1, letter: 'A', layer: 0, text: 'said “he”?!\n' } as const;
  for (const given of [passage, undefined]) {
    const reading = await openReading(backend, { bytes, name: 'fox', passage: given });
    const view = await reading.view(given ? shown : { ...shown, text: passage });
    const quotes = view.findings.find(({ role }) => role === 'quotes')!;
    expect(quotes).toMatchObject({ unit: 2, found: true, state: 'cell' });
    expect(quotes.strength).toBeGreaterThan(0.99);
    expect(view.judged).toContain(
      given ? 'characters of its own kind of text' : 'on the text that it is shown',
    );
    if (given) {
      expect(view.symbols.join('')).toBe('said “he”\n');
      expect(view.unknown).toBe('2 characters that it never saw are left out.');
      const cell = view.planes.cell!.subarray(2 * 10, 3 * 10);
      expect(Array.from(cell, Math.round)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 0, 0]);
      expect(Array.from(view.compared[view.findings.indexOf(quotes)])).toEqual(Array.from(cell, Math.round));
      expect(reading.excerpt).toMatch(/^“Go, fox,” said he.\nhe said/);
    }
    await reading.dispose();
  }
});

test('each layer of a model of words is read word by word, with the gates of its cell', async () => {
  const backend = cpu({ precision: 'f64' });
  const vocabulary = Vocabulary.fromText('the fox saw the grapes\nand left\n', 'word');
  const config = { ...sizes, vocabularySize: vocabulary.size, units: 5, layers: 2 };
  const shown = { count: 1, letter: 'A', layer: 1, text: 'the fox left\nearly' } as const;
  let weightsAlone: Uint8Array | undefined;
  for (const cell of ['gru', 'rnn'] as const) {
    const bytes = await fileOf(backend, { ...config, cell }, vocabulary);
    // As the page saves it in one file, or as the command line does in two.
    const { tensors, metadata } = readSafetensors(bytes);
    const { model: record, ...rest } = metadata;
    const weights = writeSafetensors(tensors as Parameters<typeof writeSafetensors>[0], rest);
    weightsAlone = weights;
    const two = { name: 'weights', bytes: weights, record };
    const reading = await openReading(backend, cell === 'gru' ? two : { name: 'words', bytes });
    expect(reading.layers.map(({ units }) => units)).toEqual([5, 5]);
    const [below, above] = [await reading.view({ ...shown, layer: 0 }), await reading.view(shown)];
    expect(above).toMatchObject({ symbols: ['the', 'fox', 'left', '\n'], level: 'word', units: 5 });
    expect(above.unknown).toBe('1 word that it never saw is left out.');
    expect(above.layer).not.toBe(below.layer);
    expect(above.planes.hidden).not.toEqual(below.planes.hidden);
    const { hidden, update: z, reset, candidate: g } = above.planes;
    expect(hidden).toHaveLength(5 * 4);
    if (cell === 'rnn') expect(Object.keys(above.planes)).toEqual(['hidden']);
    else {
      expect(reset!.every((it) => it > 0 && it < 1)).toBe(true);
      hidden!.forEach((h, at) => {
        const before = at % 4 > 0 ? hidden![at - 1] : 0;
        expect(h).toBeCloseTo(z![at] * before + (1 - z![at]) * g![at], 6);
      });
    }
    await reading.dispose();
  }
  await expect(openReading(backend, { name: 'weights', bytes: weightsAlone! })).rejects.toThrow(
    'weights holds weights alone, as the command line saves them: the model.json beside it is missing',
  );
  const bad = { bytes: new Uint8Array([1, 2, 3]), name: 'letter', passage: undefined };
  await expect(openReading(backend, bad)).rejects.toThrow('letter is not a whole safetensors file');
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
