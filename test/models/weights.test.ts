// Weights: read and set, by model and by layer, frozen, shared between models, written to JSON and to files.
import { describe, expect, test } from 'vitest';
import { loadModel, saveModel } from '../../src/io/model_file.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import type { Weighted } from '../../src/layers/bound.ts';
import { dense } from '../../src/layers/dense.ts';
import { gru } from '../../src/layers/gru.ts';
import { type AnyLayer, defineLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { add } from '../../src/layers/merge.ts';
import { scaled } from '../../src/layers/operations.ts';
import { flatten } from '../../src/layers/shape.ts';
import { input } from '../../src/layers/symbolic.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { modelFromJSON } from '../../src/models/from_config.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { echoData, echoModel, f64, flat } from './echo.ts';

const quiet = { verbose: 0 } as const;

describe('weights', () => {
  test('are there before anything ran, in Keras order and layout', async () => {
    const echo = echoModel();
    expect(echo.weightNames).toEqual([
      ...['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias'],
      ...['dense/kernel', 'dense/bias'],
    ]);
    const weights = await echo.getWeights();
    expect(weights.map(({ shape }) => shape)).toEqual([[1, 16], [4, 16], [16], [4, 1], [1]]);
    // unit_forget_bias: ones in the second block.
    expect(Array.from(weights[2].data)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(echo.countParams()).toBe(16 + 64 + 16 + 4 + 1);
    await echo.predict(echoData().x);
    expect(flat(await echo.getWeights())).toEqual(flat(weights));
  });

  test('can be set before and after the model has run, at the model and at a layer', async () => {
    const [a, b] = [echoModel(f64(), { seed: 1 }), echoModel(f64(), { seed: 2 })];
    const { x } = echoData();
    await b.setWeights(await a.getWeights());
    expect(flat([await b.predict(x)])).toEqual(flat([await a.predict(x)]));
    const layer = b.getLayer('dense') as ReturnType<typeof dense> & Weighted;
    await layer.setWeights([
      { shape: [4, 1], data: [0, 0, 0, 0] },
      { shape: [1], data: [7] },
    ]);
    expect(Array.from((await b.predict(x)).data)).toEqual(x.map(() => 7));
    expect((await layer.getWeights()).map(({ data }) => Array.from(data))).toEqual([[0, 0, 0, 0], [7]]);
  });

  test('that do not fit are refused by name, and none is replaced', async () => {
    const echo = echoModel();
    const weights = await echo.getWeights();
    const wrong = [weights[0], weights[1], weights[2], { shape: [3, 1], data: [1, 2, 3] }, weights[4]];
    await expect(echo.setWeights(wrong)).rejects.toThrow('[dense/kernel] expected [4, 1], got [3, 1]');
    await expect(echo.setWeights(weights.slice(1))).rejects.toThrow('takes 5 arrays (lstm/kernel, ');
    expect(flat(await echo.getWeights())).toEqual(flat(weights));
    expect(() => (lstm({ units: 2 }) as AnyLayer as AnyLayer & Weighted).getWeights()).toThrow(
      '[lstm] belongs to no model yet',
    );
  });

  test('of frozen layers stay, until they are set free', async () => {
    const echo = echoModel();
    const { x, y } = echoData();
    const [recurrent] = echo.layers;
    recurrent.trainable = false;
    const before = await echo.getWeights();
    await echo.fit(x, y, { epochs: 2, ...quiet });
    const frozen = await echo.getWeights();
    expect(flat(frozen.slice(0, 3))).toEqual(flat(before.slice(0, 3)));
    expect(flat(frozen.slice(3))).not.toEqual(flat(before.slice(3)));
    expect(echo.summary()).toContain('Trainable params: 5 ');
    recurrent.trainable = true;
    await echo.fit(x, y, { epochs: 1, ...quiet });
    expect(flat((await echo.getWeights()).slice(0, 3))).not.toEqual(flat(before.slice(0, 3)));
  });

  test('of a model in a model are trained and frozen with it', async () => {
    const inside = sequential([input({ shape: [null, 1] }), lstm({ units: 2 })], { name: 'inside' });
    const outside = sequential([inside, dense({ units: 1 })]);
    outside.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', backend: f64() });
    expect(outside.weightNames[0]).toBe('inside/lstm/kernel');
    const { x, y } = echoData();
    const before = await outside.getWeights();
    inside.layers[0].trainable = false;
    await outside.fit(x, y, quiet);
    const after = await outside.getWeights();
    expect(flat(after.slice(0, 3))).toEqual(flat(before.slice(0, 3)));
    expect(flat(after.slice(3))).not.toEqual(flat(before.slice(3)));
  });
});

describe('JSON and files', () => {
  const graph = () => {
    const x = input({ shape: [null, 2], name: 'x' });
    const wide = bidirectional({ layer: gru({ units: 2, returnSequences: true }), mergeMode: 'sum' })(x);
    const both = add()([wide, timeDistributed({ layer: dense({ units: 2 }) })(x)]);
    const [out, h] = lstm({ units: 3, returnState: true })(both);
    return model({ inputs: x, outputs: [dense({ units: 1, name: 'out' })(out), h], name: 'graph' });
  };

  test('a functional model comes back with the same graph', async () => {
    const made = graph();
    const back = modelFromJSON(made.toJSON());
    expect(back.toJSON()).toBe(made.toJSON());
    expect(back.summary()).toBe(made.summary());
    for (const one of [made, back]) one.compile({ backend: f64() });
    await back.setWeights(await made.getWeights());
    const x = echoData(3, 4).x.map((rows) => rows.map(([v]) => [v, 1 - v]));
    expect(flat(await back.predictAll(x))).toEqual(flat(await made.predictAll(x)));
  });

  test('a saved model predicts the same and goes on training as if nothing had happened', async () => {
    const { x, y } = echoData();
    const through = echoModel();
    through.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
    await through.fit(x, y, { epochs: 3, shuffle: false, ...quiet });
    through.extras = { scaler: { mean: [1] } };
    const back = loadModel(await saveModel(through));
    expect(back.extras).toEqual({ scaler: { mean: [1] } });
    expect(back.step).toBe(through.step);
    back.runtime.useBackend(f64());
    const expected = Array.from((await through.predict(x)).data);
    Array.from((await back.predict(x)).data).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
    await through.fit(x, y, { epochs: 2, shuffle: false, ...quiet });
    await back.fit(x, y, { epochs: 2, shuffle: false, ...quiet });
    const weights = flat(await through.getWeights());
    flat(await back.getWeights()).forEach((value, i) => {
      expect(value).toBeCloseTo(weights[i], 6);
    });
  });

  test('a model that got its shape from data is saved with it', async () => {
    const made = sequential([lstm({ units: 2 }), dense({ units: 1 })]);
    made.compile({ loss: 'mse', backend: f64() });
    expect(made.toJSON()).toContain('"inputs":[]');
    const { x } = echoData(3, 4);
    const expected = Array.from((await made.predict(x)).data);
    const back = loadModel(await saveModel(made));
    back.runtime.useBackend(f64());
    Array.from((await back.predict(x)).data).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
    // Sequences of other lengths are as good: no weight depends on the length.
    expect((await made.predict(echoData(2, 7).x)).shape).toEqual([2, 1]);
    const flatDense = sequential([flatten(), dense({ units: 1 })]);
    flatDense.compile({ backend: f64() });
    await flatDense.predict(x);
    await expect(flatDense.predict(echoData(2, 7).x)).rejects.toThrow('expected [N, 4, 1], got [2, 7, 1]');
  });

  test('an optimizer that another has followed leaves nothing in the file', async () => {
    const echo = echoModel();
    const { x, y } = echoData();
    echo.compile({ optimizer: 'adam', loss: 'mse' });
    await echo.fit(x, y, quiet);
    echo.compile({ optimizer: sgd({ momentum: 0.9 }), loss: 'mse' });
    await echo.fit(x, y, quiet);
    expect([...(await echo.runtime.weights.slots()).keys()].every((name) => name.startsWith('sgd/'))).toBe(
      true,
    );
    await echo.fit(x, y, { epochs: 2, ...quiet });
  });

  test('layers of a user are saved by their class and read back by its factory', () => {
    const scale = ({ factor }: { factor: number }) =>
      defineLayer({
        name: 'scale',
        className: 'Scale',
        build: (b, x) => scaled(b, x, factor),
        getConfig: () => ({ factor }),
      });
    const made = sequential([input({ shape: [2] }), scale({ factor: 3 }), dense({ units: 1 })]);
    expect(() => modelFromJSON(made.toJSON())).toThrow('there is no layer of class "Scale"');
    const back = modelFromJSON(made.toJSON(), { customObjects: { Scale: scale } });
    expect(back.toJSON()).toBe(made.toJSON());
  });

  test('what is no model is refused', () => {
    expect(() => modelFromJSON('{')).toThrow('this is not the JSON of a model');
    expect(() => modelFromJSON('{}')).toThrow('this is not the JSON of a model');
    expect(() => loadModel(new Uint8Array(9))).toThrow('not a whole safetensors file');
  });
});
