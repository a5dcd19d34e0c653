// Windows, batches and buckets: every window and sample where it belongs, and models train on them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { bucketByLength } from '../../src/data/buckets.ts';
import { datasetFromArrays } from '../../src/data/datasets.ts';
import type { NdArray } from '../../src/data/nd_array.ts';
import { windowDataset, windows } from '../../src/data/windows.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { input } from '../../src/layers/symbolic.ts';
import { sequential } from '../../src/models/sequential.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('windows', () => {
  test('of a series, with what follows each', () => {
    const { x, y } = windows([0, 1, 2, 3, 4, 5], { window: 3 });
    expect(x.toArray()).toEqual([
      [[0], [1], [2]],
      [[1], [2], [3]],
      [[2], [3], [4]],
    ]);
    expect(y.toArray()).toEqual([[3], [4], [5]]);
  });

  test('of several columns, with a stride, a gap, a horizon and targets', () => {
    const series = upTo(8).map((t) => [t, 10 * t, 100 * t]);
    const one = windows(series, {
      window: 2,
      horizon: 2,
      stride: 2,
      gap: 1,
      targetColumns: 1,
      columns: [2, 0],
    });
    expect(one.x.toArray()).toEqual([
      [
        [0, 0],
        [100, 1],
      ],
      [
        [200, 2],
        [300, 3],
      ],
    ]);
    expect(one.y.toArray()).toEqual([
      [30, 40],
      [50, 60],
    ]);
    const two = windows(series, { window: 7, targetColumns: [0, 2] });
    expect(two.y.toArray()).toEqual([[[7, 700]]]);
    expect(windows(series, { window: 7 }).y.shape).toEqual([1, 1, 3]);
  });

  test('each window lies in the series, and the last is the last that fits', () => {
    const small = fc.integer({ min: 1, max: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 14, max: 60 }),
        small,
        small,
        small,
        fc.nat(2),
        (T, window, horizon, stride, gap) => {
          const { x, y } = windows(Float32Array.from(upTo(T)), { window, horizon, stride, gap });
          for (let n = 0; n < x.length; n++) {
            for (let t = 0; t < window; t++) expect(x.data[n * window + t]).toBe(n * stride + t);
            for (let t = 0; t < horizon; t++)
              expect(y.data[n * horizon + t]).toBe(n * stride + window + gap + t);
          }
          const end = y.data[y.data.length - 1];
          expect(end).toBeLessThan(T);
          expect(end + stride).toBeGreaterThanOrEqual(T);
        },
      ),
    );
  });

  test('mistakes are told in words', () => {
    expect(() => windows([1, 2, 3], { window: 3 })).toThrow(
      'a series of 3 steps has no window of 3 with a horizon of 1: that takes 4',
    );
    expect(() => windows([1, 2, 3], {} as never)).toThrow(
      /window\] must be an integer from 1 on, got undefined/,
    );
    expect(() => windows([1, 2, 3], { window: 1, targetColumns: 1 })).toThrow(/columns from 0 to 0, got 1/);
    expect(() => windows([[[1]]], { window: 1 })).toThrow(
      /expected a series \[T\] or \[T, D\], got \[1, 1, 1\]/,
    );
    expect(() => windowDataset([1, 2, 3], { window: 1, batchSize: 0 })).toThrow(/batchSize/);
  });

  test('as a dataset: the same windows, in another order in each pass', () => {
    const series = upTo(40);
    const options = { window: 4, horizon: 2 };
    const whole = windows(series, options);
    const dataset = windowDataset(series, { ...options, batchSize: 8, seed: 3 });
    expect([dataset.size, dataset.batches]).toEqual([35, 5]);
    const pass = () =>
      [...dataset].flatMap(({ x, y }) =>
        upTo(x.length).map((n) => [x.take([n]).toArray(), y.take([n]).toArray()]),
      );
    const [first, second] = [pass(), pass()];
    expect(first).not.toEqual(second);
    const byStart = (a: unknown, b: unknown) =>
      Number(JSON.stringify(a).match(/\d+/)) - Number(JSON.stringify(b).match(/\d+/));
    const expected = upTo(35).map((n) => [whole.x.take([n]).toArray(), whole.y.take([n]).toArray()]);
    expect(first.sort(byStart)).toEqual(expected);
    expect(second.sort(byStart)).toEqual(expected);
    const ordered = windowDataset(series, { ...options, batchSize: 35, shuffle: false });
    expect([...ordered]).toEqual([whole]);
  });

  test('a model trains on a dataset of windows', async () => {
    const wave = upTo(120).map((t) => Math.sin(t / 3));
    const model = sequential([lstm({ units: 6 }), dense({ units: 1 })]);
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend: cpu() });
    model.learningRate = 0.02;
    const { history } = await model.fitDataset(windowDataset(wave, { window: 8 }), { epochs: 8, verbose: 0 });
    expect(history.loss[7]).toBeLessThan(history.loss[0] / 5);
  });
});

describe('datasetFromArrays', () => {
  test('goes through every sample once in each pass, all arrays alike', () => {
    const dataset = datasetFromArrays(
      {
        x: { a: upTo(10), b: upTo(10).map((i) => [i, -i]) },
        y: Int32Array.from(upTo(10)),
        lengths: upTo(10),
      },
      { batchSize: 4 },
    );
    expect([dataset.size, dataset.batches]).toEqual([10, 3]);
    const orders = [0, 1].map(() =>
      [...dataset].flatMap(({ x, y, lengths }) => {
        const { a, b } = x as Record<string, NdArray>;
        expect(Array.from(a.data)).toEqual(Array.from((y as NdArray).data));
        expect((lengths as NdArray).toArray()).toEqual(a.toArray());
        expect(b.toArray()).toEqual(Array.from(a.data, (i) => [i, -i]));
        return Array.from(a.data);
      }),
    );
    expect(orders[0]).not.toEqual(orders[1]);
    for (const order of orders) expect(order.sort((p, q) => p - q)).toEqual(upTo(10));
  });

  test('gives the same orders for the same seed', () => {
    const passes = (seed: number) => {
      const dataset = datasetFromArrays({ x: upTo(20) }, { seed, batchSize: 20 });
      return [0, 1].map(() => [...dataset].map(({ x }) => (x as NdArray).toArray()));
    };
    expect(passes(1)).toEqual(passes(1));
    expect(passes(1)).not.toEqual(passes(2));
  });

  test('mistakes are told in words', () => {
    expect(() => datasetFromArrays({ x: [1, 2], y: [1] })).toThrow(/x has 2 samples, but y has 1/);
    expect(() => datasetFromArrays({ x: [1], z: [1] } as never)).toThrow(/no option z/);
    expect(() => datasetFromArrays({ y: [1] } as never)).toThrow(/got no x/);
  });
});

describe('bucketByLength', () => {
  const x = [[1], [2, 2], [3, 3, 3], [4, 4, 4, 4], [5, 5, 5, 5, 5]];

  test('pads each bucket to its length, and tells the lengths', () => {
    const dataset = bucketByLength(
      { x, y: upTo(5) },
      { boundaries: [2, 6], batchSize: 2, shuffle: false, padValue: 9 },
    );
    expect([dataset.size, dataset.batches]).toEqual([5, 3]);
    expect(
      [...dataset].map((batch) => [batch.x.toArray(), batch.y.toArray(), batch.lengths.toArray()]),
    ).toEqual([
      [
        [
          [1, 9],
          [2, 2],
        ],
        [0, 1],
        [1, 2],
      ],
      [
        [
          [3, 3, 3, 9, 9, 9],
          [4, 4, 4, 4, 9, 9],
        ],
        [2, 3],
        [3, 4],
      ],
      [[[5, 5, 5, 5, 5, 9]], [4], [5]],
    ]);
  });

  test('pads targets of steps along, and features', () => {
    const features = x.map((one) => one.map((v) => [v, -v]));
    const [batch] = bucketByLength(
      { x: features, y: x },
      { targetsPerStep: true, boundaries: [5], batchSize: 9, shuffle: false },
    );
    expect(batch.x.shape).toEqual([5, 5, 2]);
    expect(batch.y.toArray()).toEqual(x.map((one) => [...one, 0, 0, 0, 0].slice(0, 5)));
    expect(batch.x.toArray(3)[1]).toEqual([
      [2, -2],
      [2, -2],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test('every sequence comes once a pass, hardly padded', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 9 }), fc.nat(), (list, batchSize, seed) => {
        const dataset = bucketByLength(
          { x: list.map((n) => upTo(n)), y: upTo(list.length) },
          { batchSize, seed },
        );
        const batches = [...dataset];
        expect(batches.length).toBe(dataset.batches);
        const seen = batches.flatMap(({ y }) => Array.from(y.data));
        expect([...seen].sort((a, b) => a - b)).toEqual(upTo(list.length));
        for (const batch of batches) {
          const [, T] = batch.x.shape;
          upTo(batch.x.length).forEach((n) => {
            const length = batch.lengths.data[n];
            expect(length).toBe(list[batch.y.data[n]]);
            expect(T).toBeLessThan(2 * length + 1);
            expect(batch.x.slice(n, n + 1).data[length - 1]).toBe(length - 1);
          });
        }
      }),
    );
  });

  test('a model trains on sequences of unequal length', async () => {
    const ids = upTo(40).map((i) => upTo(1 + (i % 7)).map((t) => (i + t) % 5));
    const first = ids.map(([id]) => (id > 2 ? 1 : 0));
    const model = sequential([
      input({ shape: [null], dtype: 'int32' }),
      embedding({ inputDim: 5, outputDim: 4 }),
      lstm({ units: 6 }),
      dense({ units: 1, activation: 'sigmoid' }),
    ]);
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', backend: cpu() });
    model.learningRate = 0.03;
    const { history } = await model.fitDataset(bucketByLength({ x: ids, y: first }, { batchSize: 8 }), {
      epochs: 12,
      verbose: 0,
    });
    expect(history.loss[11]).toBeLessThan(history.loss[0] / 2);
  });

  test('mistakes are told in words', () => {
    expect(() => bucketByLength({ x, y: [1] })).toThrow(/x has 5 sequences, y 1 targets/);
    expect(() => bucketByLength({ x: [[1], []], y: [1, 2] })).toThrow(/sequence 1 has no step/);
    expect(() => bucketByLength({ x, y: upTo(5) }, { boundaries: [2, 4] })).toThrow(
      /end at 4, but a sequence has 5 steps/,
    );
    expect(() => bucketByLength({ x, y: upTo(5) }, { boundaries: [4, 2] })).toThrow(/rise/);
    expect(() => bucketByLength({ x, y: x })).toThrow(
      /target 1 is \[2\] and target 0 \[1\].*targetsPerStep: true/,
    );
    expect(() => bucketByLength({ x, y: [[1], [1], [1], [1], [1]] }, { targetsPerStep: true })).toThrow(
      /target 1 is \[1\], but its sequence has 2 steps/,
    );
    expect(() => bucketByLength({ x: [[[1]], [[1, 2]]], y: [1, 2] })).toThrow(
      /sequence 1 is \[1, 2\] and sequence 0 \[1, 1\]/,
    );
  });
});
