// Models side by side: layers in several of them have one set of weights, calls at the same time do not mix, ends are final.
import { describe, expect, test } from 'vitest';
import type { Builder } from '../../src/core/builder.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { ndarray } from '../../src/data/nd_array.ts';
import { loadModel, saveModel } from '../../src/io/model_file.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import type { Weighted } from '../../src/layers/bound.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { type AnyLayer, defineLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { input } from '../../src/layers/symbolic.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { echoData, echoModel, f64, flat } from './echo.ts';

const quiet = { verbose: 0 } as const;
const { x, y } = echoData(6, 4);

describe('layers in several models', () => {
  test('an extractor of a trained model has the trained weights, and follows further training', async () => {
    const backend = f64();
    const from = input({ shape: [4, 1] });
    const hidden = gru({ units: 3 })(from);
    const full = model({ inputs: from, outputs: dense({ units: 1 })(hidden) });
    full.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: 'mse', backend });
    await full.fit(x, y, { epochs: 3, ...quiet });
    const extractor = model({ inputs: from, outputs: hidden });
    extractor.compile({ backend });
    const trained = (await full.getWeights()).slice(0, 3);
    expect(flat(await extractor.getWeights())).toEqual(flat(trained));
    const before = flat([await extractor.predict(x)]);
    await full.fit(x, y, { epochs: 1, ...quiet });
    expect(flat([await extractor.predict(x)])).not.toEqual(before);
    // Also on another backend, and at the layer.
    extractor.compile({ backend: f64() });
    expect(flat(await extractor.getWeights())).toEqual(flat((await full.getWeights()).slice(0, 3)));
    const [layer] = full.layers as (AnyLayer & Weighted)[];
    expect(flat(await layer.getWeights())).toEqual(flat((await full.getWeights()).slice(0, 3)));
  });

  test('a model in a model is trained with it, and a loaded one brings its weights along', async () => {
    const base = sequential([input({ shape: [null, 1] }), lstm({ units: 3 })], { name: 'base' });
    base.compile({ backend: f64() });
    const untrained = flat(await base.getWeights());
    const outer = sequential([base, dense({ units: 1 })]);
    outer.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: 'mse', backend: f64() });
    expect(flat((await outer.getWeights()).slice(0, 3))).toEqual(untrained);
    await outer.fit(x, y, { epochs: 2, ...quiet });
    expect(flat(await base.getWeights())).not.toEqual(untrained);
    expect(flat(await base.getWeights())).toEqual(flat((await outer.getWeights()).slice(0, 3)));

    const loaded = loadModel(await saveModel(base));
    const tuned = sequential([loaded, dense({ units: 2 })]);
    tuned.compile({ backend: f64() });
    const expected = flat(await base.getWeights());
    flat((await tuned.getWeights()).slice(0, 3)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
    // What was disposed of leaves its weights to those who share its layers.
    await outer.dispose();
    expect(flat(await base.getWeights())).toEqual(expected);
  });

  test('a layer within an inner model and beside it has one set of weights', async () => {
    const shared = dense({ units: 2, name: 'shared' });
    const from = input({ shape: [2] });
    const inner = model({ inputs: from, outputs: shared(from), name: 'inner' });
    const top = input({ shape: [2] });
    const both = model({ inputs: top, outputs: shared(inner(top)) });
    expect(both.weightNames).toEqual(['inner/shared/kernel', 'inner/shared/bias']);
  });

  test('a layer inside a wrapper and beside it has one set of weights, also in other models and files', async () => {
    const backend = f64();
    for (const wrapperFirst of [true, false]) {
      const shared = dense({ units: 1, name: 'shared' });
      const each = timeDistributed(shared);
      const from = input({ shape: [null, 1], name: 'from' });
      const outputs = wrapperFirst ? shared(each(from)) : each(shared(from));
      const both = model({ inputs: from, outputs });
      const path = wrapperFirst ? 'time_distributed/shared' : 'shared';
      expect(both.weightNames).toEqual([`${path}/kernel`, `${path}/bias`]);
      expect(both.countParams()).toBe(2);
      both.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', backend });
      await both.setWeights([[[3]], [1]]);
      // 3·(3·2 + 1) + 1
      expect(flat([await both.predict([[[2]]])])).toEqual([22]);
      for (const one of [each, shared] as unknown as Weighted[]) {
        expect(flat(await one.getWeights())).toEqual([3, 1]);
      }
      await both.getLayer('shared').setWeights([ndarray([[2]]), ndarray([0])]);
      expect(flat([await both.predict([[[2]]])])).toEqual([8]);

      for (const frozen of [shared, each]) {
        frozen.trainable = false;
        await expect(both.fit([[[1]]], [[[3]]], quiet)).rejects.toThrow('no trainable parameters');
        frozen.trainable = true;
      }
      // w²·1 for a target of 3, at w = 2: 2·(4 - 3)·2·2.
      await both.fit([[[1]]], [[[3]]], quiet);
      expect((await both.getWeights())[0].data[0]).toBeCloseTo(2 - 0.1 * 8, 10);

      const row = sequential([input({ shape: [1] }), shared]);
      row.compile({ backend });
      expect(flat(await row.getWeights())).toEqual(flat(await both.getWeights()));
      await row.setWeights([[[5]], [0]]);
      expect(flat([await both.predict([[[1]]])])).toEqual([25]);
      const back = loadModel(await saveModel(both), { backend });
      expect(back.weightNames).toEqual(both.weightNames);
      expect(flat([await back.predict([[[1]]])])[0]).toBeCloseTo(flat([await both.predict([[[1]]])])[0], 5);
    }
  });

  test("a layer that is frozen within a user's own wrapper is so in each of them", async () => {
    const [one, other] = ['one', 'other'].map((name) => dense({ units: 1, name }));
    const pair = (name: string) =>
      defineLayer({
        ...{ name, inner: [one, other] },
        build(b: Builder, x: Tensor) {
          const hidden = b.scope('one', () => one.build(b, x));
          return b.scope('other', () => other.build(b, hidden));
        },
      });
    const made = sequential([input({ shape: [1] }), pair('a'), pair('b')]);
    made.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', backend: f64() });
    one.trainable = false;
    const before = await made.getWeights();
    await made.fit([[1]], [[3]], quiet);
    const after = await made.getWeights();
    const kept = made.weightNames.filter((_, i) => before[i].data[0] === after[i].data[0]);
    expect(kept).toEqual(['a/one/kernel', 'a/one/bias', 'b/one/kernel', 'b/one/bias']);
  });

  test('a wrapper of layers of its own in two models has one set of weights', async () => {
    const backend = f64();
    const pair = bidirectional({ layer: gru({ units: 1 }) });
    const from = input({ shape: [null, 1] });
    const [one, other] = [sequential([from, pair]), sequential([from, pair, dense({ units: 1 })])];
    for (const made of [one, other]) made.compile({ backend });
    const given = (await one.getWeights()).map(({ shape, data }) => ({
      shape,
      data: data.map((w, i) => w + i),
    }));
    await one.setWeights(given);
    expect(flat((await other.getWeights()).slice(0, given.length))).toEqual(flat(given));
    expect(flat(await (pair as unknown as Weighted).getWeights())).toEqual(flat(given));
  });

  test('a layer within an inner model and beside it is one layer in files', async () => {
    for (const innerFirst of [true, false]) {
      const shared = dense({ units: 2 });
      const one = input({ shape: [2], name: 'one' });
      const inner = model({ inputs: one, outputs: shared(dense({ units: 2 })(one)), name: 'inner' });
      const top = input({ shape: [2], name: 'top' });
      const whole = model({ inputs: top, outputs: innerFirst ? shared(inner(top)) : inner(shared(top)) });
      whole.compile({ loss: 'mse', backend: f64() });
      const back = loadModel(await saveModel(whole), { backend: f64() });
      expect(back.weightNames).toEqual(whole.weightNames);
      expect(back.layerNames).toEqual(whole.layerNames);
      const [a, b] = [flat([await back.predict([[1, -2]])]), flat([await whole.predict([[1, -2]])])];
      a.forEach((value, i) => {
        expect(value).toBeCloseTo(b[i], 5);
      });
    }
  });

  test('an encoder and a decoder are taken out of the model that trained them', async () => {
    const backend = f64();
    const question = input({ shape: [null], dtype: 'int32', name: 'question' });
    const answer = input({ shape: [null], dtype: 'int32', name: 'answer' });
    const words = embedding({ inputDim: 6, outputDim: 3 });
    const [, h] = gru({ units: 4, returnState: true, name: 'encoder' })(words(question));
    const decoder = gru({ units: 4, returnSequences: true, name: 'decoder' });
    const head = dense({ units: 6, activation: 'softmax', name: 'head' });
    const whole = model({
      inputs: [question, answer],
      outputs: head(decoder(words(answer), { initialState: h })),
    });
    whole.compile({
      optimizer: adam({ learningRate: 0.05 }),
      loss: 'sparseCategoricalCrossentropy',
      backend,
    });
    const [asked, given] = [
      [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
      [
        [1, 2, 3],
        [1, 5, 2],
      ],
    ];
    const { history } = await whole.fit([asked, given], given, { epochs: 5, ...quiet });
    expect(history.loss[4]).toBeLessThan(history.loss[0]);
    const state = input({ shape: [4], name: 'state' });
    const [encoding, decoding] = [
      model({ inputs: question, outputs: h }),
      model({ inputs: [answer, state], outputs: head(decoder(words(answer), { initialState: state })) }),
    ];
    for (const one of [encoding, decoding]) one.compile({ backend });
    const inTwo = await decoding.predict([given, await encoding.predict(asked)]);
    const expected = flat([await whole.predict([asked, given])]);
    flat([inTwo]).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 6);
    });
  });

  test('shapes that differ are refused by name', async () => {
    const shared = dense({ units: 2, name: 'shared' });
    const wide = sequential([input({ shape: [3] }), shared]);
    const narrow = sequential([input({ shape: [2] }), shared]);
    await wide.getWeights();
    await expect(narrow.getWeights()).rejects.toThrow(/shared has weights \[3, 2\].*cannot have \[2, 2\]/s);
  });
});

describe('at the same time', () => {
  test('predictions and evaluations do not mix', async () => {
    const echo = echoModel();
    const other = x.map((rows) => rows.map(([v]) => [v + 1]));
    const [a, b] = [flat([await echo.predict(x)]), flat([await echo.predict(other)])];
    const together = await Promise.all([echo.predict(x), echo.predict(other), echo.predict(x)]);
    expect(together.map((one) => flat([one]))).toEqual([a, b, a]);
    const [first, second] = [await echo.evaluate(x, y), await echo.evaluate(other, y)];
    expect(await Promise.all([echo.evaluate(x, y), echo.evaluate(other, y)])).toEqual([first, second]);
  });

  test('prediction goes on beside training; training twice and compiling meanwhile are refused', async () => {
    const [alone, beside] = [echoModel(), echoModel()];
    await alone.fit(x, y, { epochs: 4, batchSize: 2, ...quiet });
    const training = beside.fit(x, y, {
      epochs: 4,
      batchSize: 2,
      ...quiet,
      callbacks: {
        onBatchEnd: async () => {
          await beside.predict(x.slice(0, 5));
          expect(() => beside.compile({ loss: 'mae' })).toThrow('trains: await fit before you compile anew');
        },
      },
    });
    await expect(beside.fit(x, y, quiet)).rejects.toThrow('trains already');
    await expect(beside.trainOnBatch(x, y)).rejects.toThrow('trains already');
    await training;
    expect(flat(await beside.getWeights())).toEqual(flat(await alone.getWeights()));
  });

  test('many sizes beside a pass take no plan from it', async () => {
    const echo = echoModel();
    const sizes = Array.from({ length: 20 }, (_, i) => echoData(i + 1, 2).x);
    const { history } = await echo.fit(x, y, {
      batchSize: 2,
      callbacks: {
        onBatchEnd: async () => {
          for (const one of sizes) await echo.predict(one);
        },
      },
      ...quiet,
    });
    expect(history.loss[0]).toBeGreaterThan(0);
  });

  test('a model that was disposed of says so', async () => {
    const echo = echoModel();
    await echo.predict(x);
    await echo.dispose();
    await expect(echo.predict(x)).rejects.toThrow('[sequential] was disposed of and cannot run');
    await expect(echo.fit(x, y, quiet)).rejects.toThrow('was disposed of');
    await echo.dispose();
  });
});

describe('frozen', () => {
  test.each([
    ['the model', (m: { trainable?: boolean }) => (m.trainable = false), /no trainable parameters/],
  ])('%s', async (_, freeze, message) => {
    const echo = echoModel();
    freeze(echo);
    await expect(echo.fit(x, y, quiet)).rejects.toThrow(message);
  });

  test('one direction of two', async () => {
    const both = bidirectional({ layer: lstm({ units: 2 }) });
    const made = sequential([input({ shape: [null, 1] }), both, dense({ units: 1 })]);
    made.compile({ optimizer: sgd({ learningRate: 0.3 }), loss: 'mse', backend: f64() });
    (both.forwardLayer as AnyLayer).trainable = false;
    const before = await made.getWeights();
    await made.fit(x, y, quiet);
    const after = await made.getWeights();
    const changed = made.weightNames.filter((_, i) =>
      flat([after[i]]).some((v, k) => v !== before[i].data[k]),
    );
    expect(changed).toEqual([
      ...['kernel', 'recurrent_kernel', 'bias'].map((name) => `bidirectional/backward_lstm/${name}`),
      ...['dense/kernel', 'dense/bias'],
    ]);
  });
});

describe('training', () => {
  test('averages of the weights take their place before callbacks hear of the end, and only after an update', async () => {
    const echo = echoModel();
    echo.compile({ optimizer: sgd({ learningRate: 0.3, useEma: true, emaMomentum: 0.9 }), loss: 'mse' });
    await echo.fit(x, y, { epochs: 0, initialEpoch: 0, ...quiet }).catch(() => {});
    const ends: number[][] = [];
    await echo.fit(x, y, {
      epochs: 3,
      callbacks: { onTrainEnd: async (_, training) => void ends.push(flat(await training.getWeights())) },
      ...quiet,
    });
    expect(flat(await echo.getWeights())).toEqual(ends[0]);
    await echo.fit(x, y, { epochs: 3, initialEpoch: 3, ...quiet });
    expect(flat(await echo.getWeights())).toEqual(ends[0]);
  });

  test('what callbacks log stands in the history', async () => {
    const { history } = await (async () => {
      const echo = echoModel();
      return echo.fit(x, y, {
        epochs: 2,
        callbacks: { onEpochEnd: (e, _, training) => training.log('learning_rate', 0.1 / (e + 1)) },
        ...quiet,
      });
    })();
    expect(history.learning_rate).toEqual([0.1, 0.05]);
  });

  test('an output of weight 0, or without a loss, is measured all the same', async () => {
    const from = input({ shape: [null, 1] });
    const hidden = lstm({ units: 2 })(from);
    const heads = ['a', 'b'].map((name) => dense({ units: 1, name })(hidden));
    const made = model({ inputs: from, outputs: heads });
    made.compile({
      loss: { a: 'mse', b: 'mse' },
      metrics: { b: 'mae' },
      lossWeights: [1, 0],
      backend: f64(),
    });
    const logs = await made.evaluate(x, [y, y]);
    expect(Object.keys(logs)).toEqual(['loss', 'a_loss', 'b_mae']);
    made.compile({ loss: { a: 'mse' }, metrics: { b: 'mae' }, backend: f64() });
    expect(await made.evaluate(x, { a: y, b: y })).toEqual(logs);
  });

  test('masks and weights by name, where there are several inputs or outputs', async () => {
    const [a, b] = ['a', 'b'].map((name) => input({ shape: [null, 1], name }));
    const outputs = [a, b].map((from, i) => dense({ units: 1, name: `out${i}` })(lstm({ units: 2 })(from)));
    const made = model({ inputs: [a, b], outputs });
    made.compile({ loss: 'mse', backend: f64() });
    const whole = await made.predictAll([x, x]);
    const cut = await made.predictAll([x, x], { lengths: { b: x.map(() => 2) } });
    expect(flat([cut[0]])).toEqual(flat([whole[0]]));
    expect(flat([cut[1]])).not.toEqual(flat([whole[1]]));
    await expect(made.predictAll([x, x], { lengths: [1] })).rejects.toThrow(
      'several inputs with a time axis: say which',
    );
    await expect(made.predictAll([x, x], { mask: { c: [] } })).rejects.toThrow('knows no input c');
    const weights = { out1: x.map(() => 0) };
    const { out1_loss, out0_loss } = await made.evaluate([x, x], [y, y], { sampleWeight: weights });
    expect(out1_loss).toBe(0);
    expect(out0_loss).toBeGreaterThan(0);
  });

  test('a stateful model is told of a rest before it trains', async () => {
    const made = sequential([
      input({ shape: [null, 1] }),
      lstm({ units: 2, stateful: true }),
      dense({ units: 1 }),
    ]);
    made.compile({ loss: 'mse', backend: f64() });
    await expect(made.fit(x, y, { batchSize: 4, ...quiet })).rejects.toThrow(
      'is stateful and needs batches of one size: 6 samples in batches of 4 leave a rest of 2',
    );
    expect(made.step).toBe(0);
  });

  test('lengths that are left open: long kernels build, weights that follow them do not', async () => {
    const { conv1D } = await import('../../src/layers/conv_1d.ts');
    const { flatten } = await import('../../src/layers/shape.ts');
    const long = sequential([input({ shape: [null, 1] }), conv1D({ filters: 2, kernelSize: 40 })]);
    expect(long.outputShapes).toEqual([[null, null, 2]]);
    const open = input({ shape: [null, 1] });
    expect(() => model({ inputs: open, outputs: dense({ units: 1 })(flatten()(open)) })).toThrow(
      '[dense/kernel] depends on the length of the sequences',
    );
  });
});
