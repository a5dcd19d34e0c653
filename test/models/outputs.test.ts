// Outputs of a model: losses that look at one and the same, weights of rows, and the names they go by.
import { describe, expect, test } from 'vitest';
import { ndarray } from '../../src/data/nd_array.ts';
import { activation } from '../../src/layers/activation.ts';
import { dense } from '../../src/layers/dense.ts';
import { gru } from '../../src/layers/gru.ts';
import { multiplied } from '../../src/layers/operations.ts';
import { rowMeans } from '../../src/layers/reductions.ts';
import { lstmCell, rnn } from '../../src/layers/rnn.ts';
import { reshape } from '../../src/layers/shape.ts';
import { input, type Symbolic } from '../../src/layers/symbolic.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { Loss } from '../../src/training/losses/loss.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { f64, flat } from './echo.ts';

describe('two losses over one output', () => {
  const rows = [
    [0.1, 0.2],
    [0.3, -0.4],
    [0.5, 0.6],
  ];
  const labels = [0, 2, 1];
  const hot = [
    [1, 0, 0],
    [0, 0, 1],
    [0, 1, 0],
  ];
  const own: Loss = (b, p) => rowMeans(b, multiplied(b, p, p));
  const within: Loss = (b, p, y) => sparseCategoricalCrossentropy()(b, p, y);
  const same = (p: Symbolic) => [p, p];
  const withLogits = (p: Symbolic, z: Symbolic) => [p, z];
  const cross = 'sparseCategoricalCrossentropy';

  test.each([
    ['labels and distributions', same, [cross, 'categoricalCrossentropy'], [labels, hot]],
    ['squares behind a cross entropy', same, [cross, 'mse'], [labels, hot]],
    ['a function of the user behind one', same, [cross, own], [labels, hot]],
    ['a function that calls one before another', same, [within, cross], [labels, labels]],
    ['probabilities and the logits behind them', withLogits, [cross, 'mse'], [labels, hot]],
    ['both of them by labels', withLogits, [cross, cross], [labels, labels]],
  ] as const)('%s: the gradient is that of differences', async (_, outputs, loss, y) => {
    const x = input({ shape: [2] });
    const z = dense({ units: 3 })(x);
    const made = model({ inputs: x, outputs: outputs(activation({ activation: 'softmax' })(z), z) });
    const lossWeights = [1, 0.7];
    const optimizer = sgd({ learningRate: 1 });
    made.compile({ optimizer, loss: [...loss], lossWeights, metrics: [['accuracy'], []], backend: f64() });
    const before = await made.getWeights();
    const lossAt = async (array: number, element: number, by: number) => {
      const moved = before.map(({ shape, data }) => ({ shape, data: Float64Array.from(data) }));
      moved[array].data[element] += by;
      await made.setWeights(moved);
      return (await made.evaluate(rows, [...y])).loss;
    };
    const differences: number[] = [];
    for (const [array, { data }] of before.entries()) {
      for (let i = 0; i < data.length; i++) {
        differences.push(((await lossAt(array, i, 1e-5)) - (await lossAt(array, i, -1e-5))) / 2e-5);
      }
    }
    await made.setWeights(before);
    await made.fit(rows, [...y], { shuffle: false, verbose: 0 });
    const after = flat(await made.getWeights());
    flat(before).forEach((value, i) => {
      expect(value - after[i]).toBeCloseTo(differences[i], 7);
    });
  });
});

describe('weights of rows', () => {
  const x = Array.from({ length: 3 }, (_, n) => [[n], [n + 2]]);
  /** [N,T] to [N,T,A,B] by B columns for each number of A. */
  const deep = (A: number, B: number) => {
    const made = sequential([
      input({ shape: [2, 1] }),
      dense({ units: A * B }),
      ...(A > 1 ? [timeDistributed(reshape({ targetShape: [A, B] }))] : []),
    ]);
    made.compile({ loss: 'mse', backend: f64(), seed: 4 });
    return made;
  };

  test('of an output [N,T,A,B] are of samples, of steps, or of its rows [N,T,A]', async () => {
    const made = deep(2, 3);
    const rows = (of: (n: number, t: number, a: number) => number[]) =>
      x.map((_, n) => [0, 1].map((t) => [0, 1].map((a) => of(n, t, a))));
    const y = rows((n, t, a) => [n, t, a]);
    const weigh = (n: number, t: number, a: number) => 1 + 2 * n + 5 * t + 11 * a;
    const predicted = (await made.predict(x)).data;
    const loss = async (sampleWeight: unknown) => (await made.evaluate(x, y, { sampleWeight })).loss;
    const expected = (of: typeof weigh) => {
      let sum = 0;
      flat([ndarray(y)]).forEach((value, i) => {
        const [n, t, a] = [Math.floor(i / 12), Math.floor(i / 6) % 2, Math.floor(i / 3) % 2];
        sum += (of(n, t, a) * (predicted[i] - value) ** 2) / 3;
      });
      return sum / 12;
    };
    const bySample = x.map((_, n) => weigh(n, 0, 0));
    expect(await loss(bySample)).toBeCloseTo(
      expected((n) => weigh(n, 0, 0)),
      10,
    );
    const byStep = x.map((_, n) => [weigh(n, 0, 0), weigh(n, 1, 0)]);
    expect(await loss(byStep)).toBeCloseTo(
      expected((n, t) => weigh(n, t, 0)),
      10,
    );
    const byRow = rows((n, t, a) => [weigh(n, t, a)]);
    expect(await loss(byRow)).toBeCloseTo(expected(weigh), 10);
    await expect(loss([[1, 2, 3]])).rejects.toThrow(
      '[evaluate/sampleWeight] expected [3] or [3, 2] or [3, 2, 2] = [N] or [N, T] or [N, T, A]: time_distributed has targets [3, 2, 2, 3]',
    );
  });

  test('for rows without time are one a sample', async () => {
    const made = sequential([input({ shape: [2] }), dense({ units: 3, name: 'scores' })]);
    made.compile({ loss: 'mse', backend: f64() });
    const flatX = x.map(([[a], [b]]) => [a, b]);
    const y = x.map(() => [1, 0, 0]);
    const loss = async (sampleWeight: unknown) => (await made.evaluate(flatX, y, { sampleWeight })).loss;
    expect(await loss([[1], [2], [3]])).toBe(await loss([1, 2, 3]));
    await expect(loss(y)).rejects.toThrow(
      '[evaluate/sampleWeight] expected [3] = [N]: scores has targets [3, 3], and a weight is for a row, not for the numbers in it, got [3, 3]',
    );
    const classWeight = { 0: 1, 1: 2 };
    await expect(made.fit(flatX, [[1, 1, 0], ...y.slice(1)], { classWeight, verbose: 0 })).rejects.toThrow(
      '[fit/classWeight] weighs a row by its class, but the targets [3, 3] of scores are neither labels nor one-hot rows',
    );
  });

  test('of an output that nothing judges count for nothing', async () => {
    const from = input({ shape: [2, 1] });
    const [a, b] = ['a', 'b'].map((name) => dense({ units: 1, name })(from));
    const made = model({ inputs: from, outputs: [a, b] });
    made.compile({ loss: { a: 'mse' }, backend: f64() });
    const { loss } = await made.evaluate(x, { a: x });
    const byStep = x.map(() => [0, 5]);
    expect((await made.evaluate(x, { a: x }, { sampleWeight: { b: byStep } })).loss).toBe(loss);
    expect((await made.evaluate(x, { a: x }, { sampleWeight: { a: byStep } })).loss).not.toBe(loss);
  });

  test('labels of steps are no one-hot rows, though they look like them', async () => {
    const made = deep(1, 2);
    made.compile({ loss: 'sparseCategoricalCrossentropy', optimizer: sgd(), backend: f64() });
    const y = [
      [0, 1],
      [1, 0],
      [1, 0],
    ];
    const before = (await made.evaluate(x, y, { sampleWeight: y.map((row) => row.map((c) => 1 + c)) })).loss;
    const { history } = await made.fit(x, y, { classWeight: [1, 2], verbose: 0 });
    expect(history.loss[0]).toBeCloseTo(before, 10);
  });
});

test('numbers make no name of a layer that a user has named so', async () => {
  const x = input({ shape: [2, 1], name: 'x' });
  const [out, h] = gru({ units: 1, returnState: true })(x);
  const outputs = [out, h, gru({ units: 1, name: 'gru_1' })(x), gru({ units: 1 })(x)];
  const made = model({ inputs: x, outputs });
  expect(made.layerNames).toEqual(['gru', 'gru_1', 'gru_2']);
  const y = Object.fromEntries(['gru', 'gru_3', 'gru_1', 'gru_2'].map((name, i) => [name, [[i]]]));
  made.compile({ loss: 'mse', backend: f64() });
  const logs = await made.evaluate([[[1], [2]]], y);
  const predicted = await made.predictAll([[[1], [2]]]);
  expect(logs.gru_1_loss).toBeCloseTo((predicted[2].data[0] - 2) ** 2, 10);
  expect(logs.gru_2_loss).toBeCloseTo((predicted[3].data[0] - 3) ** 2, 10);

  const row = sequential([input({ shape: [2] }), ...[undefined, undefined, 'dense_1'].map(named)]);
  expect(row.layerNames).toEqual(['dense', 'dense_2', 'dense_1']);
  const cells = [lstmCell({ units: 1 }), lstmCell({ units: 1 }), lstmCell({ units: 1, name: 'lstm_cell_1' })];
  const stack = sequential([x, rnn({ cell: cells })]);
  const paths = new Set(stack.weightNames.map((name) => name.split('/')[1]));
  expect([...paths]).toEqual(['lstm_cell', 'lstm_cell_2', 'lstm_cell_1']);
});

const named = (name: string | undefined) => dense({ units: 2, ...(name !== undefined && { name }) });
