// Callbacks in real training on the CPU: they stop, restore, save, steer and write while a model learns.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { cpu } from '../../../src/backends/cpu.ts';
import { loadModel, saveModel } from '../../../src/io/model_file.ts';
import { dense } from '../../../src/layers/dense.ts';
import { lstm } from '../../../src/layers/lstm.ts';
import { input } from '../../../src/layers/symbolic.ts';
import { connect } from '../../../src/models/doors.ts';
import type { FitOptions } from '../../../src/models/fit_options.ts';
import { type Sequential, sequential } from '../../../src/models/sequential.ts';
import { folder } from '../../../src/node/index.ts';
import type { Callback } from '../../../src/training/callback.ts';
import { csvLogger } from '../../../src/training/callbacks/csv_logger.ts';
import { earlyStopping } from '../../../src/training/callbacks/early_stopping.ts';
import { learningRateScheduler } from '../../../src/training/callbacks/learning_rate_scheduler.ts';
import { memoryStore } from '../../../src/training/callbacks/memory_store.ts';
import { modelCheckpoint } from '../../../src/training/callbacks/model_checkpoint.ts';
import { progressBar } from '../../../src/training/callbacks/progress_bar.ts';
import { reduceLROnPlateau } from '../../../src/training/callbacks/reduce_lr_on_plateau.ts';
import { tensorBoard } from '../../../src/training/callbacks/tensor_board.ts';
import { terminateOnNaN } from '../../../src/training/callbacks/terminate_on_nan.ts';
import { adam, sgd } from '../../../src/training/optimizers.ts';
import { cosineDecay } from '../../../src/training/schedules.ts';

const x = Array.from({ length: 12 }, (_, i) => [[i / 12], [0.5], [0.25]]);
const y = x.map(([first]) => first);

function echo(learningRate: number | ReturnType<typeof cosineDecay> = 0.02) {
  const model = sequential([input({ shape: [3, 1] }), lstm({ units: 4 }), dense({ units: 1 })]);
  const optimizer = adam({ learningRate });
  model.compile({ optimizer, loss: 'meanSquaredError', backend: cpu({ precision: 'f64' }) });
  return model;
}

// As the public door does it.
connect({ backend: async () => cpu(), save: saveModel });

const trained = (model: Sequential, options: FitOptions) => model.fit(x, y, options);

test('early stopping restores the weights of the best epoch', async () => {
  const model = echo();
  // The targets of the validation are those at the start: they get worse as the model learns.
  const validationData = [x, await model.predict(x)];
  const stopping = earlyStopping({ patience: 3, restoreBestWeights: true });
  const history = await model.fit(x, y, { epochs: 40, validationData, callbacks: stopping, verbose: 0 });
  const losses = history.history.val_loss;
  const best = losses.indexOf(Math.min(...losses));
  expect(stopping.bestEpoch).toBe(best);
  expect(losses.length).toBe(best + 4);
  expect(history.stopped).toBe(`val_loss has not improved since epoch ${best + 1}`);
  const { loss } = await model.evaluate(validationData[0], validationData[1]);
  expect(loss).toBeCloseTo(losses[best], 12);
});

test('a checkpoint of the best epoch is a model that predicts the same', async () => {
  const store = memoryStore();
  const model = echo();
  const checkpoint = modelCheckpoint({ store, saveBestOnly: true, monitor: 'loss' });
  const { history } = await model.fit(x, y, { epochs: 5, callbacks: [checkpoint], verbose: 0 });
  expect(checkpoint.best).toBe(Math.min(...history.loss));
  const loaded = loadModel(await store.read('model.safetensors'));
  loaded.compile({ loss: 'meanSquaredError', backend: cpu({ precision: 'f64' }) });
  const [ours, theirs] = await Promise.all([model.predict(x), loaded.predict(x)]);
  for (let i = 0; i < ours.data.length; i++) expect(theirs.data[i]).toBeCloseTo(ours.data[i], 5);
});

test('rates that callbacks set are those of the updates', async () => {
  const rates: number[] = [];
  const note: Callback = { onEpochEnd: (_, __, training) => void rates.push(training.learningRate) };
  const schedule = learningRateScheduler((epoch) => 0.1 / (epoch + 1));
  await trained(echo(), { epochs: 3, callbacks: [schedule, note], verbose: 0 });
  expect(rates).toEqual([0.1, 0.05, 0.1 / 3]);
  rates.length = 0;
  const plateau = reduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 100, factor: 0.5 });
  await trained(echo(), { epochs: 3, callbacks: [note, plateau], verbose: 0 });
  expect(rates).toEqual([0.02, 0.02, 0.01]);
});

test('with a rate of 0 nothing moves, and a schedule of steps is followed', async () => {
  const still = echo();
  const before = await still.predict(x);
  await still.fit(x, y, { epochs: 2, callbacks: learningRateScheduler(() => 0), verbose: 0 });
  expect((await still.predict(x)).data).toEqual(before.data);
  const rates: number[] = [];
  const note: Callback = { onBatchEnd: (_, training) => void rates.push(training.learningRate) };
  const schedule = cosineDecay({ initialLearningRate: 0.1, decaySteps: 4 });
  await trained(echo(schedule), { epochs: 1, batchSize: 3, callbacks: note, verbose: 0 });
  expect(rates).toEqual([1, 2, 3, 4].map((step) => schedule(step)));
});

test('a training that diverges is ended', async () => {
  const model = sequential([dense({ units: 1, activation: 'linear' })]);
  model.compile({ optimizer: sgd({ learningRate: 1e30 }), loss: 'meanSquaredError', backend: cpu() });
  const flat = x.map((row) => row.map(([value]) => value));
  const { stopped, epoch } = await model.fit(flat, y, {
    epochs: 50,
    callbacks: terminateOnNaN(),
    verbose: 0,
  });
  expect(stopped).toMatch(/^the loss is (NaN|Infinity) after epoch \d+$/);
  expect(epoch.length).toBeLessThan(10);
});

test('logs and curves land in a folder', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'callbacks-'));
  try {
    const store = folder(home);
    const callbacks = [
      csvLogger({ store }),
      tensorBoard({ store, updateFreq: 1 }),
      modelCheckpoint({ store }),
    ];
    const { history } = await trained(echo(), {
      epochs: 3,
      batchSize: 6,
      validationSplit: 0.25,
      callbacks,
      verbose: 0,
    });
    const lines = fs.readFileSync(path.join(home, 'training.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toEqual([
      'epoch,loss,val_loss',
      ...history.loss.map((loss, i) => `${i},${loss},${history.val_loss[i]}`),
    ]);
    expect(fs.readdirSync(path.join(home, 'logs')).sort()).toEqual(['train', 'validation']);
    expect(fs.readdirSync(home).sort()).toEqual(['logs', 'model.safetensors', 'training.csv']);
  } finally {
    fs.rmSync(home, { recursive: true });
  }
});

test('the bar of a whole training reads as Keras writes it', async () => {
  const parts: string[] = [];
  const write = (more: string) => void parts.push(more);
  const bar = progressBar({ verbose: 1, terminal: false, write });
  const { history } = await trained(echo(), {
    epochs: 2,
    batchSize: 5,
    validationSplit: 0.25,
    callbacks: bar,
    verbose: 0,
  });
  const number = (value: number) => (value <= 1e-3 ? value.toExponential(4) : value.toFixed(4));
  const lines = parts.join('').split('\n');
  expect(lines.length).toBe(5);
  for (const e of [0, 1]) {
    expect(lines[2 * e]).toBe(`Epoch ${e + 1}/2`);
    expect(lines[2 * e + 1]).toMatch(/^2\/2 ━{20} \d+s \d+(us|ms|s)\/step - loss: \S+ - val_loss: \S+$/);
    expect(lines[2 * e + 1]).toContain(
      `loss: ${number(history.loss[e])} - val_loss: ${number(history.val_loss[e])}`,
    );
  }
});
