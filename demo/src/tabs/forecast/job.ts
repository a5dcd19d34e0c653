// The worker's side of the tab: trains networks with several seeds on the same series, and forecasts while it does.
import {
  adam,
  type Callback,
  dense,
  diagnose,
  earlyStopping,
  type History,
  input,
  loadModel,
  lstm,
  type Model,
  sequential,
} from 'webgpu-rnn';
import type { Job, JobContext } from '../../types.ts';
import type { Command, Event, RunSettings } from './messages.ts';
import { series } from './series.ts';
import { type ForecastTask, forecastTask, rootMeanSquare } from './task.ts';

/** Milliseconds between two forecasts while it trains. */
const LOOK = 400;

export function job({ backend, post, turn }: JobContext<Event>): Job<Command> {
  let model: Model | undefined;
  let running: Promise<void> | undefined;
  let paused = false;
  let stopped = false;
  let disposed = false;
  let wake = () => {};
  let tail: Promise<void> = Promise.resolve();

  function taskOf(settings: RunSettings): ForecastTask {
    const values =
      settings.series === 'file'
        ? (settings.values ?? new Float64Array())
        : series(settings.series, settings.length);
    const task = forecastTask(values, { ...settings, validation: 0.2, test: 0.2 });
    const parts = [task.train, task.validation, task.test];
    const naive = parts.flatMap((part) => Array.from(task.naive(part)));
    post({
      ...{ type: 'task', series: values, validationFrom: task.validationFrom, testFrom: task.testFrom },
      ...{ first: task.train.from, naive: Float64Array.from(naive), naiveLoss: task.naiveLoss },
      naiveError: rootMeanSquare(task.naive(task.test), task.actual(task.test)),
    });
    return task;
  }

  async function forecast(task: ForecastTask, run: number, final: boolean): Promise<void> {
    const parts = [task.train, task.validation, task.test];
    const told: number[] = [];
    let error = Number.NaN;
    for (const part of parts) {
      const { data } = await model!.predict(part.x, { batchSize: 256 });
      const values = task.inUnits(part, data);
      told.push(...values);
      if (part === task.test) error = rootMeanSquare(values, task.actual(part));
    }
    if (!disposed) post({ type: 'forecast', run, values: Float64Array.from(told), error, final });
  }

  async function rest(run: number): Promise<void> {
    if (!paused || stopped) return;
    post({ type: 'state', state: 'paused', run });
    while (paused && !stopped) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (!stopped) post({ type: 'state', state: 'training', run });
  }

  async function runOf(task: ForecastTask, settings: RunSettings, run: number): Promise<History> {
    const { window, units, learningRate, epochs, patience } = settings;
    await model?.dispose();
    const network = sequential([input({ shape: [window, 1] }), lstm({ units }), dense({ units: 1 })]);
    const optimizer = adam({ learningRate, globalClipNorm: 5 });
    network.compile({ optimizer, loss: 'meanSquaredError', backend, seed: settings.seed + run });
    network.extras = { task: 'forecast', window, horizon: settings.horizon, relative: settings.relative };
    model = network;
    let began = performance.now();
    let looked = began;
    let heard = began;
    const watch: Callback = {
      async onBatchEnd(_, training) {
        if (performance.now() - heard > 40) {
          await turn();
          heard = performance.now();
        }
        if (paused) await rest(run);
        if (stopped) training.stop('stopped');
      },
      async onEpochEnd(epoch, { loss, val_loss: validationLoss }) {
        const now = performance.now();
        post({ type: 'epoch', run, epoch, loss, validationLoss, milliseconds: now - began });
        if (now - looked > LOOK && !stopped) {
          await forecast(task, run, false);
          // On a slow device forecasting must not take more of it than training does.
          looked = performance.now() + 2 * (performance.now() - now);
        }
        began = performance.now();
      },
    };
    const early = patience > 0 ? earlyStopping({ patience, restoreBestWeights: true }) : undefined;
    const history = await network.fit(task.train.x, task.train.y, {
      ...{ epochs, batchSize: Math.min(32, task.train.count), verbose: 0 },
      validationData: [task.validation.x, task.validation.y],
      validationBatchSize: 256,
      callbacks: early ? [early, watch] : [watch],
    });
    if (early?.stoppedEpoch !== undefined) {
      const { bestEpoch = 0, stoppedEpoch } = early;
      post({ type: 'early', run, bestEpoch, stoppedEpoch });
    }
    return history;
  }

  async function train(settings: RunSettings): Promise<void> {
    const task = taskOf(settings);
    const histories: History[] = [];
    for (let run = 0; run < settings.runs && !stopped; run++) {
      post({ type: 'state', state: 'training', run });
      const history = await runOf(task, settings, run);
      if (disposed) return;
      if (history.epoch.length > 0) histories.push(history);
      await forecast(task, run, true);
      if (histories.length === 0) continue;
      const { verdict, reasons, suggestions, bestEpoch } = diagnose(histories, { baseline: task.naiveLoss });
      post({ type: 'verdict', verdict, reasons, suggestions, bestEpoch });
    }
    post({
      type: 'state',
      state: 'done',
      run: settings.runs - 1,
      why: stopped ? 'stopped' : 'all runs are done',
    });
  }

  async function end(): Promise<void> {
    stopped = true;
    wake();
    await running?.catch(() => {});
    stopped = false;
    paused = false;
  }

  /** One after the other: what begins a training must not meet what ends it. */
  function inTurn(work: () => Promise<void> | void): Promise<void> {
    const done = tail.then(end).then(work);
    tail = done.catch(() => {});
    return done;
  }

  return {
    async handle(command) {
      switch (command.type) {
        case 'train':
          await inTurn(() => {
            running = train(command.settings).finally(() => {
              running = undefined;
            });
          });
          return running;
        case 'preview':
          return inTurn(() => {
            taskOf(command.settings);
          });
        case 'pause':
          paused = true;
          return;
        case 'resume':
          paused = false;
          wake();
          return;
        case 'stop':
          return end();
        case 'save':
          post({ type: 'saved', bytes: await model?.save() });
          return;
        case 'open':
          return inTurn(async () => {
            const opened = loadModel(command.bytes);
            const { task: kind, window, horizon, relative } = opened.extras as Record<string, unknown>;
            if (kind !== 'forecast')
              throw new Error('this model comes from another tab and forecasts no series');
            await model?.dispose();
            model = opened;
            model.runtime.useBackend(backend);
            const task = taskOf({
              ...command.settings,
              window: Number(window),
              horizon: Number(horizon),
              relative: Boolean(relative),
            });
            await forecast(task, 0, true);
            post({ type: 'state', state: 'done', run: 0, why: 'opened' });
          });
      }
    },
    snapshot: async () => model?.save(),
    dispose() {
      disposed = true;
      void end().then(() => model?.dispose());
    },
  };
}
