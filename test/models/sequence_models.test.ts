// Models of convolution, pooling, normalization and attention learn, evaluate by moving averages, and come back from JSON.
import { expect, test } from 'vitest';
import { loadModel, saveModel } from '../../src/io/model_file.ts';
import { attention } from '../../src/layers/attention.ts';
import { conv1D } from '../../src/layers/conv_1d.ts';
import { multiHeadAttention } from '../../src/layers/multi_head_attention.ts';
import { globalAveragePooling1D } from '../../src/layers/pooling.ts';
import { input } from '../../src/layers/symbolic.ts';
import { modelFromJSON } from '../../src/models/from_config.ts';
import { model } from '../../src/models/functional.ts';
import { f64, flat } from './echo.ts';
import { answers, attentive, convolutional, prompts, sources, waves } from './sequence_models.ts';

const quiet = { verbose: 0 } as const;

test('a convolutional model learns which waves rise, also by its moving averages', async () => {
  const { x, y } = waves(24);
  const made = convolutional(f64());
  const before = (await made.evaluate(x, y)).loss;
  await made.fit(x, y, { epochs: 30, batchSize: 10, ...quiet });
  expect((await made.evaluate(x, y)).loss).toBeLessThan(before / 3);
  const averages = made.weightNames.filter((name) => /moving/.test(name));
  expect(averages).toEqual(['batch_normalization/moving_mean', 'batch_normalization/moving_variance']);
  const one = await made.predict([x[0]]);
  const all = await made.predict(x);
  expect(one.data[0]).toBeCloseTo(all.data[0], 12);
});

test('a frozen batch normalization keeps its averages, until it is set free', async () => {
  const { x, y } = waves(6);
  const made = convolutional(f64());
  const layer = made.getLayer('batch_normalization') as { trainable?: boolean };
  for (const trainable of [true, false, true]) {
    layer.trainable = trainable;
    const before = await made.getWeights();
    await made.fit(x, y, { epochs: 2, batchSize: 4, ...quiet });
    const after = await made.getWeights();
    made.weightNames.forEach((name, i) => {
      const same = Array.from(after[i].data).every((value, k) => value === before[i].data[k]);
      expect(same, name).toBe(name.startsWith('batch_normalization/') && !trainable);
    });
  }
});

test('an encoder-decoder with attention learns to repeat, for sources of any length', async () => {
  const made = attentive(f64());
  const { history } = await made.fit([sources, prompts], answers, { epochs: 60, batchSize: 3, ...quiet });
  expect(history.loss[59]).toBeLessThan(history.loss[0] / 3);
  // Padding changes nothing.
  const short = await made.predict([[[2, 3]], [prompts[0]]]);
  const long = await made.predict([[[2, 3, 0, 0, 0]], [prompts[0]]]);
  Array.from(short.data).forEach((value, i) => {
    expect(value).toBeCloseTo(long.data[i], 10);
  });
});

test('both come back from JSON, with the same weights to the same predictions', async () => {
  const { x } = waves(3);
  for (const [made, given] of [
    [convolutional(f64()), x],
    [attentive(f64()), [sources, prompts]],
  ] as const) {
    const again = modelFromJSON(made.toJSON());
    again.compile({ optimizer: 'sgd', loss: 'meanSquaredError', backend: f64() });
    await again.setWeights(await made.getWeights());
    expect(flat([await again.predict(given as never)])).toEqual(flat([await made.predict(given as never)]));
  }
});

test('weights of attention are outputs of a model, and its scalar weights are kept in files', async () => {
  const x = input({ shape: [null, 3] });
  const steps = conv1D({ filters: 4, kernelSize: 3, padding: 'causal' })(x);
  const returnAttentionScores = true;
  const [mixed, weights] = attention({ useScale: true, returnAttentionScores })([steps, steps]);
  const heads = multiHeadAttention({ numHeads: 2, keyDim: 2, returnAttentionScores });
  const [out, byHead] = heads([mixed, steps]);
  const made = model({ inputs: x, outputs: [globalAveragePooling1D()(out), weights, byHead] });
  made.compile({ optimizer: 'sgd', loss: ['meanSquaredError', null, null] as never, backend: f64() });
  const names = made.weightNames.slice(2, 5);
  const own = (await made.getWeights()).slice(2, 5).map(({ shape }) => shape);
  expect(names).toEqual([
    'attention/scale',
    'multi_head_attention/query/kernel',
    'multi_head_attention/query/bias',
  ]);
  expect(own).toEqual([[], [4, 2, 2], [2, 2]]);
  const data = [0, 1].map((n) => [0, 1, 2, 3].map((t) => [n, t, n * t]));
  const outputs = await made.predictAll(data);
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [2, 4],
    [2, 4, 4],
    [2, 2, 4, 4],
  ]);
  const rows = Array.from({ length: 8 }, (_, row) => Array.from(outputs[1].data).slice(4 * row, 4 * row + 4));
  for (const row of rows) expect(row.reduce((a, c) => a + c)).toBeCloseTo(1, 10);
  const back = loadModel(await saveModel(made)) as typeof made;
  back.runtime.useBackend(f64());
  const again = flat(await back.predictAll(data));
  flat(outputs).forEach((value, i) => {
    expect(again[i]).toBeCloseTo(value, 5);
  });
});
