// What flows besides numbers: masks and lengths, and states that go on from batch to batch.
import { describe, expect, test } from 'vitest';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { masking } from '../../src/layers/masking.ts';
import { input } from '../../src/layers/symbolic.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { echoData, f64, flat } from './echo.ts';

const quiet = { verbose: 0 } as const;

describe('masks', () => {
  const sequences = () => {
    const made = sequential([
      input({ shape: [null, 1] }),
      lstm({ units: 3, returnSequences: true }),
      dense({ units: 2 }),
    ]);
    made.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', backend: f64(), seed: 4 });
    return made;
  };

  test('what lies behind the length of a sequence has no say', async () => {
    const made = sequential([input({ shape: [null, 1] }), gru({ units: 3 })]);
    made.compile({ backend: f64() });
    const short = await made.predict([[[0.3], [0.5]]]);
    const padded = [[[0.3], [0.5], [9], [-9]]];
    expect(flat([await made.predict(padded, { lengths: [2] })])).toEqual(flat([short]));
    expect(flat([await made.predict(padded, { mask: [[1, 1, 0, 0]] })])).toEqual(flat([short]));
    expect(flat([await made.predict(padded)])).not.toEqual(flat([short]));
  });

  test('the loss is Σ loss·mask / Σ mask', async () => {
    const made = sequences();
    const { x } = echoData(2, 4);
    const y = x.map((rows) => rows.map(([v]) => [v, -v]));
    const lengths = [4, 1];
    const { loss } = await made.evaluate(x, y, { lengths });
    const predicted = (await made.predict(x)).toArray(3);
    let sum = 0;
    predicted.forEach((rows, n) => {
      rows.slice(0, lengths[n]).forEach((row, t) => {
        sum += ((row[0] - y[n][t][0]) ** 2 + (row[1] - y[n][t][1]) ** 2) / 2;
      });
    });
    expect(loss).toBeCloseTo(sum / 5, 6);
  });

  test('training on lengths is training on the steps that count', async () => {
    const [masked, cut] = [sequences(), sequences()];
    const { x } = echoData(3, 5);
    const y = x.map((rows) => rows.map(([v]) => [v, -v]));
    await masked.fit(x, y, { lengths: [2, 2, 2], epochs: 2, ...quiet });
    const first = <T>(rows: T[]) => rows.slice(0, 2);
    await cut.fit(x.map(first), y.map(first), { epochs: 2, ...quiet });
    const [a, b] = [flat(await masked.getWeights()), flat(await cut.getWeights())];
    a.forEach((value, i) => {
      expect(value).toBeCloseTo(b[i], 9);
    });
  });

  test('maskZero and masking make masks that flow on', async () => {
    const byIds = sequential([
      input({ shape: [null], dtype: 'int32' }),
      embedding({ inputDim: 5, outputDim: 2, maskZero: true }),
      lstm({ units: 3 }),
    ]);
    byIds.compile({ backend: f64() });
    expect(flat([await byIds.predict([[3, 4, 0, 0]])])).toEqual(flat([await byIds.predict([[3, 4]])]));
    const byValue = sequential([input({ shape: [null, 1] }), masking({ maskValue: -1 }), lstm({ units: 3 })]);
    byValue.compile({ backend: f64() });
    expect(flat([await byValue.predict([[[0.5], [-1]]])])).toEqual(flat([await byValue.predict([[[0.5]]])]));
  });
});

describe('states', () => {
  const x = echoData(2, 6).x;
  const part = (from: number, to: number) => x.map((rows) => rows.slice(from, to));
  const carrying = () => {
    const made = sequential([
      input({ shape: [null, 1] }),
      lstm({ units: 3, stateful: true }),
      dense({ units: 1 }),
    ]);
    made.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', backend: f64(), seed: 4 });
    return made;
  };

  test('a stateful model goes on where the last batch ended, also in another plan', async () => {
    const [whole, parts] = [carrying(), carrying()];
    const expected = await whole.predict(x);
    await parts.predict(part(0, 2));
    await parts.predict(part(2, 3));
    expect(flat([await parts.predict(part(3, 6))])).toEqual(flat([expected]));
    await parts.resetStates();
    expect(flat([await parts.predict(x)])).toEqual(flat([expected]));
  });

  test('training leaves states from which prediction goes on', async () => {
    const [a, b] = [carrying(), carrying()];
    const still = { optimizer: sgd({ learningRate: 0 }), loss: 'mse' };
    for (const one of [a, b]) one.compile(still);
    await a.trainOnBatch(part(0, 3), [[0], [0]]);
    await b.predict(part(0, 3));
    expect(flat([await a.predict(part(3, 6))])).toEqual(flat([await b.predict(part(3, 6))]));
  });

  test('a batch of another size is refused in the words of the state', async () => {
    const made = carrying();
    await made.predict(x);
    await expect(made.predict(x.slice(0, 1))).rejects.toThrow(
      /carries a state \[2, 3\] = \[N, H\] from batch to batch and cannot take a batch of 1/,
    );
  });

  test('states go from an encoder to a decoder', async () => {
    const source = input({ shape: [null, 1], name: 'source' });
    const target = input({ shape: [null, 1], name: 'target' });
    const [, h, c] = lstm({ units: 3, returnState: true, name: 'encoder' })(source);
    const out = lstm({ units: 3, returnSequences: true, name: 'decoder' })(target, { initialState: [h, c] });
    const both = model({ inputs: [source, target], outputs: dense({ units: 1 })(out) });
    both.compile({ optimizer: sgd({ learningRate: 0.2 }), loss: 'mse', backend: f64() });
    const y = x.map((rows) => rows.map(([v]) => [v]));
    const { history } = await both.fit([x, part(0, 6)], y, { epochs: 20, ...quiet });
    expect(history.loss[19]).toBeLessThan(history.loss[0]);
    const other = x.map((rows) => rows.map(([v]) => [v + 1]));
    expect(flat([await both.predict([x, x])])).not.toEqual(flat([await both.predict([other, x])]));
  });
});
