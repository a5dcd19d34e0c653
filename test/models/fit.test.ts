// Models train: the loss falls, each batch counts by its samples, and options do what Keras says.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { masking } from '../../src/layers/masking.ts';
import { input } from '../../src/layers/symbolic.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { model } from '../../src/models/functional.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { Callback } from '../../src/training/callback.ts';
import { huber } from '../../src/training/losses.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { echoData, echoModel, f64, flat } from './echo.ts';

const quiet = { verbose: 0 } as const;

describe('fit', () => {
  test('a sequential model without a shape learns an echo', async () => {
    const echo = sequential([lstm({ units: 8 }), dense({ units: 1 })]);
    echo.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend: f64() });
    echo.learningRate = 0.02;
    const { x, y } = echoData(10);
    const { history, epoch } = await echo.fit(x, y, { epochs: 60, batchSize: 4, ...quiet });
    expect(epoch.length).toBe(60);
    expect(history.loss[59]).toBeLessThan(history.loss[0] / 5);
    expect((await echo.evaluate(x, y)).loss).toBeLessThan(history.loss[0] / 5);
    expect((await echo.predict(x, { batchSize: 3 })).shape).toEqual([10, 1]);
  });

  test('the last, smaller batch trains, and the epoch weighs batches by their samples', async () => {
    const { x, y } = echoData(5);
    const whole = echoModel();
    const { history } = await whole.fit(x, y, { batchSize: 2, shuffle: false, ...quiet });
    const byHand = echoModel();
    const losses: number[] = [];
    for (const [from, to] of [
      [0, 2],
      [2, 4],
      [4, 5],
    ]) {
      losses.push((await byHand.trainOnBatch(x.slice(from, to), y.slice(from, to))).loss);
    }
    expect(history.loss[0]).toBeCloseTo((2 * losses[0] + 2 * losses[1] + losses[2]) / 5, 12);
    expect(flat(await whole.getWeights())).toEqual(flat(await byHand.getWeights()));
    expect(whole.step).toBe(3);
  });

  test('the order of samples changes with each epoch, and is that of the seed', async () => {
    const { x, y } = echoData(6);
    const runs = [];
    for (const seed of [1, 1, 2]) {
      const echo = echoModel(f64(), { seed });
      await echo.fit(x, y, { epochs: 2, batchSize: 2, ...quiet });
      runs.push(flat(await echo.getWeights()));
    }
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
  });

  test('weights of samples count in the sum and not in the divisor, as in Keras 3', async () => {
    const { x, y } = echoData(4);
    const echo = echoModel();
    const each: number[] = [];
    for (let i = 0; i < 4; i++) each.push((await echo.evaluate([x[i]], [y[i]])).loss);
    const { loss } = await echo.evaluate(x, y, { sampleWeight: [1, 2, 0, 3] });
    expect(loss).toBeCloseTo((each[0] + 2 * each[1] + 3 * each[3]) / 4, 6);
  });

  test('metrics count all rows alike, weighted metrics by their weights, as in Keras 3', async () => {
    const { x, y } = echoData(4);
    const echo = echoModel();
    const wide = huber({ delta: 1e9 });
    echo.compile({ loss: 'mse', metrics: ['mae', wide], weightedMetrics: ['mae'], backend: f64() });
    const each: number[] = [];
    for (let i = 0; i < 4; i++) each.push((await echo.evaluate([x[i]], [y[i]])).mae);
    const logs = await echo.evaluate(x, y, { sampleWeight: [1, 2, 0, 3] });
    expect(logs.mae).toBeCloseTo((each[0] + each[1] + each[2] + each[3]) / 4, 6);
    // A loss is a metric as well: that of a wide delta is half a squared error.
    expect(2 * logs.huber_loss).toBeCloseTo((await echo.evaluate(x, y)).loss, 10);
    expect(logs.mae_1).toBeCloseTo((each[0] + 2 * each[1] + 3 * each[3]) / 6, 6);
  });

  test('weights of classes are weights of their samples', async () => {
    const ids = [
      [1, 2],
      [2, 3],
      [3, 1],
      [0, 1],
    ];
    const labels = [0, 1, 2, 1];
    const build = () => {
      const made = sequential([
        input({ shape: [null], dtype: 'int32' }),
        embedding({ inputDim: 4, outputDim: 3 }),
        lstm({ units: 3 }),
        dense({ units: 3, activation: 'softmax' }),
      ]);
      made.compile({
        optimizer: sgd({ learningRate: 0.1 }),
        loss: 'sparseCategoricalCrossentropy',
        metrics: ['accuracy'],
        backend: f64(),
      });
      return made;
    };
    const [byClass, bySample] = [build(), build()];
    await byClass.fit(ids, labels, { classWeight: { 0: 1, 1: 5, 2: 0.5 }, shuffle: false, ...quiet });
    await bySample.fit(ids, labels, { sampleWeight: [1, 5, 0.5, 5], shuffle: false, ...quiet });
    expect(flat(await byClass.getWeights())).toEqual(flat(await bySample.getWeights()));
    const { accuracy } = await byClass.evaluate(ids, labels);
    const predicted = (await byClass.predict(ids)).toArray(2);
    const right = predicted.filter((p, i) => p.indexOf(Math.max(...p)) === labels[i]).length;
    expect(accuracy).toBeCloseTo(right / 4, 6);
  });

  test('validationSplit keeps the last samples, before any shuffling', async () => {
    const { x, y } = echoData(10);
    const split = echoModel();
    const given = echoModel();
    const a = await split.fit(x, y, { epochs: 2, validationSplit: 0.3, ...quiet });
    const b = await given.fit(x.slice(0, 7), y.slice(0, 7), {
      epochs: 2,
      validationData: [x.slice(7), y.slice(7)],
      ...quiet,
    });
    expect(a.history).toEqual(b.history);
    expect(Object.keys(a.history)).toEqual(['loss', 'val_loss']);
  });

  test('a dataset gives the batches, anew in each epoch', async () => {
    const { x, y } = echoData(6);
    async function* batches() {
      for (let i = 0; i < 6; i += 2) yield { x: x.slice(i, i + 2), y: y.slice(i, i + 2) };
    }
    const fromDataset = echoModel();
    const fromArrays = echoModel();
    await fromDataset.fitDataset(batches, { epochs: 2, ...quiet });
    await fromArrays.fit(x, y, { epochs: 2, batchSize: 2, shuffle: false, ...quiet });
    expect(flat(await fromDataset.getWeights())).toEqual(flat(await fromArrays.getWeights()));
    await expect(fromDataset.fitDataset(batches(), { epochs: 2, ...quiet })).rejects.toThrow(
      'a generator can be gone through only once',
    );
    const { loss } = await fromDataset.evaluateDataset(batches);
    expect(loss).toBeCloseTo((await fromDataset.evaluate(x, y)).loss, 6);
  });

  test('sequences of other lengths are other plans over the same weights', async () => {
    const echo = echoModel();
    const lengths = Array.from({ length: 20 }, (_, i) => i + 1);
    const batches = () => lengths.map((T) => echoData(2, T));
    const { history } = await echo.fitDataset(batches, { epochs: 2, ...quiet });
    expect(history.loss).toHaveLength(2);
    let sum = 0;
    for (const batch of batches()) sum += (await echo.testOnBatch(batch.x, batch.y)).loss / lengths.length;
    expect((await echo.evaluateDataset(batches)).loss).toBeCloseTo(sum, 6);
  });

  test('several inputs and outputs, by position or by name, with a shared layer and weights of losses', async () => {
    const a = input({ shape: [null, 2], name: 'a' });
    const b = input({ shape: [null, 2], name: 'b' });
    const shared = lstm({ units: 3, name: 'shared' });
    const heads = [dense({ units: 1, name: 'first' }), dense({ units: 2, name: 'second' })];
    const build = () => model({ inputs: [a, b], outputs: [heads[0](shared(a)), heads[1](shared(b))] });
    const data = [0, 1].map((k) => echoData(4, 3).x.map((rows) => rows.map(([v]) => [v, v + k])));
    const y = [data[0].map(() => [1]), data[0].map(() => [0, 1])];
    const trained = [build(), build()];
    for (const made of trained) {
      made.compile({
        optimizer: sgd({ learningRate: 0.1 }),
        loss: { first: 'mse', second: 'mae' },
        lossWeights: [1, 0.25],
        backend: f64(),
      });
    }
    const [one, two] = trained;
    const { history } = await one.fit(data, y, { epochs: 2, ...quiet });
    await two.fit({ a: data[0], b: data[1] }, { second: y[1], first: y[0] }, { epochs: 2, ...quiet });
    expect(flat(await one.getWeights())).toEqual(flat(await two.getWeights()));
    expect(Object.keys(history)).toEqual(['loss', 'first_loss', 'second_loss']);
    expect(history.loss[1]).toBeCloseTo(history.first_loss[1] + 0.25 * history.second_loss[1], 6);
    expect(one.layers.filter((layer) => layer.name === 'shared')).toHaveLength(1);
  });

  test('callbacks hear everything in order, and may stop training and set the rate', async () => {
    const { x, y } = echoData(4);
    const heard: string[] = [];
    const rates: number[] = [];
    const listener: Callback & { onBatchLoss(loss: number): void } = {
      // What a callback calls itself is no misspelt event.
      onBatchLoss: (loss) => expect(loss).toBeGreaterThan(0),
      onTrainBegin: () => void heard.push('begin'),
      onEpochBegin: (e, training) => {
        heard.push(`epoch ${e}`);
        training.learningRate = 0.1 / (e + 1);
      },
      onBatchBegin: (i) => void heard.push(`batch ${i}`),
      onBatchEnd: async (i, training) => {
        rates.push(training.learningRate);
        listener.onBatchLoss((await training.readLogs()).loss);
        if (training.step === 3) training.stop('enough');
        heard.push(`end ${i}`);
      },
      onEpochEnd: (e, logs) => void heard.push(`epoch ${e} ${Object.keys(logs)}`),
      onTrainEnd: () => void heard.push('done'),
    };
    const echo = echoModel();
    const history = await echo.fit(x, y, { epochs: 9, batchSize: 2, callbacks: listener, ...quiet });
    expect(heard).toEqual([
      ...['begin', 'epoch 0', 'batch 0', 'end 0', 'batch 1', 'end 1', 'epoch 0 loss'],
      ...['epoch 1', 'batch 0', 'end 0', 'epoch 1 loss', 'done'],
    ]);
    expect(rates).toEqual([0.1, 0.1, 0.05]);
    expect(history.stopped).toBe('enough');
  });

  test('an epoch reads back once, and a step writes its batch and runs its plan', async () => {
    const backend = f64();
    const counts = { reads: 0, runs: 0 };
    const counted: Backend = {
      ...backend,
      read: (t) => {
        counts.reads++;
        return backend.read(t);
      },
      load: async (plan) => {
        const executable = await backend.load(plan);
        if (!plan.name.endsWith(' train')) return executable;
        return {
          ...executable,
          run: () => {
            counts.runs++;
            executable.run();
          },
        };
      },
    };
    const echo = echoModel();
    echo.compile({ loss: 'mse', metrics: ['mae', 'rmse'], backend: counted });
    const { x, y } = echoData(8);
    await echo.fit(x, y, { batchSize: 2, ...quiet });
    counts.reads = 0;
    counts.runs = 0;
    await echo.fit(x, y, { epochs: 3, batchSize: 2, ...quiet });
    expect(counts).toEqual({ reads: 3, runs: 12 });
  });

  test('a signal ends training after the batch in hand', async () => {
    const { x, y } = echoData(4);
    const control = new AbortController();
    const echo = echoModel();
    const { epoch, stopped } = await echo.fit(x, y, {
      epochs: 100,
      signal: control.signal,
      callbacks: { onEpochEnd: (e) => void (e === 2 && control.abort()) },
      ...quiet,
    });
    expect(epoch).toEqual([0, 1, 2]);
    expect(stopped).toBe('the signal was aborted');
  });
});

test('the first layer may say the shape of the input, as in tf.layers', async () => {
  for (const first of [{ inputShape: [null, 1] }, { batchInputShape: [null, null, 1] }]) {
    for (const layer of [
      lstm({ units: 2, ...first }),
      dense({ units: 2, ...first }),
      bidirectional({ layer: lstm({ units: 2 }), ...first }),
      timeDistributed({ layer: dense({ units: 2 }), ...first }),
      masking({ ...first }),
    ]) {
      expect(sequential([layer]).hasGraph).toBe(true);
      expect(sequential([layer]).graph.inputs[0].shape).toEqual([null, 1]);
    }
  }
  expect(() => lstm({ units: 2, inputShape: [0] })).toThrow('[lstm/inputShape] must be an array of positive');
});
