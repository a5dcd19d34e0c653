// The worker's side of the tab: trains networks with several seeds on the same series, and forecasts while it does.
import { type Callback, DataError, diagnose, earlyStopping, type Model } from 'webgpu-rnn';
import type { Job, JobContext } from '../../types.ts';
import type { Command, Curves, Event, NetworkNote, RunSettings, SoFar, WorkEvent } from './messages.ts';
import { network, noteOf, openNetwork } from './network.ts';
import { series } from './series.ts';
import { type ForecastTask, forecastTask, rootMeanSquare } from './task.ts';

/** Milliseconds between two forecasts while it trains. */
const LOOK = 400;

export function job(context: JobContext<Event>): Job<Command> {
  const { backend, post, turn, awake } = context;
  let { snapshot } = context;
  let model: Model | undefined;
  /** What the file says out of which the model came, until a training begins. */
  let opened: NetworkNote | undefined;
  let running: Promise<void> | undefined;
  let paused = false;
  let stopped = false;
  let disposed = false;
  let wake = () => {};
  let tail: Promise<void> = Promise.resolve();

  /** Of the training or preview that is at work. */
  let number = 0;
  const tell = (event: WorkEvent): void => post({ ...event, number });

  function taskOf(settings: RunSettings, scaler?: NetworkNote['scaler'], goesOn = false): ForecastTask {
    const values =
      settings.series === 'file'
        ? (settings.values ?? new Float64Array())
        : series(settings.series, settings.length);
    const task = forecastTask(values, { ...settings, validation: 0.2, test: 0.2, scaler });
    const parts = [task.train, task.validation, task.test];
    const naive = parts.flatMap((part) => Array.from(task.naive(part)));
    tell({
      ...{ type: 'task', goesOn, series: values, validationFrom: task.validationFrom },
      ...{ testFrom: task.testFrom, first: task.train.from, naiveLoss: task.naiveLoss },
      naive: Float64Array.from(naive),
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
    if (!disposed) tell({ type: 'forecast', run, values: Float64Array.from(told), error, final });
  }

  async function rest(run: number): Promise<void> {
    if (!paused || stopped) return;
    tell({ type: 'state', state: 'paused', run });
    while (paused && !stopped) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (!stopped) tell({ type: 'state', state: 'training', run });
  }

  /** Trains one network, from where a lost device left it where it can; gives its losses. */
  async function runOf(
    task: ForecastTask,
    settings: RunSettings,
    run: number,
    before: Curves | undefined,
  ): Promise<Curves & { least: number }> {
    const { epochs, patience } = settings;
    await model?.dispose();
    const note = noteOf(settings, task.scaler, run);
    const trained = before && snapshot ? openNetwork(snapshot, backend) : undefined;
    snapshot = undefined;
    const goesOn = trained?.note.key === note.key && trained.note.run === run;
    const initialEpoch = goesOn ? Math.min(trained.note.epoch, epochs) : 0;
    const made = goesOn ? trained.model : network(settings, run, backend);
    made.extras = { ...note, epoch: initialEpoch };
    model = made;
    let began = awake();
    let looked = began;
    let heard = began;
    const watch: Callback = {
      async onBatchEnd(_, training) {
        if (awake() - heard > 40) {
          await turn();
          heard = awake();
        }
        if (paused) {
          const resting = awake();
          await rest(run);
          began += awake() - resting;
        }
        if (stopped) training.stop('stopped');
      },
      async onEpochEnd(epoch, { loss, val_loss: validationLoss }) {
        made.extras.epoch = epoch + 1;
        const now = awake();
        tell({ type: 'epoch', run, epoch, loss, validationLoss, milliseconds: now - began });
        if (now - looked > LOOK && !stopped) {
          await forecast(task, run, false);
          // On a slow device forecasting must not take more of it than training does.
          looked = awake() + 2 * (awake() - now);
        }
        began = awake();
      },
    };
    // After a restart its patience begins anew.
    const early = patience > 0 ? earlyStopping({ patience, restoreBestWeights: true }) : undefined;
    const { history } = await made.fit(task.train.x, task.train.y, {
      ...{ epochs, initialEpoch, batchSize: Math.min(32, task.train.count), verbose: 0 },
      validationData: [task.validation.x, task.validation.y],
      validationBatchSize: 256,
      callbacks: early ? [early, watch] : [watch],
    });
    if (early?.stoppedEpoch !== undefined) {
      const { bestEpoch = 0, stoppedEpoch } = early;
      tell({ type: 'early', run, bestEpoch, stoppedEpoch });
    }
    const whole = (name: keyof Curves): number[] => [
      ...(before?.[name].slice(0, initialEpoch) ?? []),
      ...(history[name] ?? []),
    ];
    const losses = whole('val_loss');
    return { loss: whole('loss'), val_loss: losses, least: early?.best ?? losses.at(-1) ?? Infinity };
  }

  async function train(settings: RunSettings, soFar: SoFar | undefined): Promise<void> {
    opened = undefined;
    const task = taskOf(settings, undefined, soFar !== undefined);
    const done = soFar?.done ?? 0;
    const histories: Curves[] = [...(soFar?.curves.slice(0, done) ?? [])];
    let best = soFar?.best ?? Infinity;
    for (let run = done; run < settings.runs && !stopped; run++) {
      tell({ type: 'state', state: 'training', run });
      if (run === done) await rest(run);
      const { least, ...curves } = await runOf(task, settings, run, soFar?.curves[run]);
      if (disposed) return;
      if (curves.loss.length > 0) histories.push(curves);
      await forecast(task, run, true);
      const bytes = least < best ? await model?.save() : undefined;
      tell({ type: 'ran', run, validationLoss: least, ...(bytes && { bytes }) });
      if (bytes) best = least;
      if (histories.length === 0) continue;
      const judged = diagnose(
        histories.map(({ loss, val_loss }) => ({ loss, val_loss })),
        { baseline: task.naiveLoss },
      );
      const { verdict, cause } = judged;
      const { measures, bestEpoch } = judged.runs?.find((one) => one.verdict === verdict) ?? judged;
      const verdicts = (judged.runs ?? [judged]).map((one) => one.verdict);
      tell({ type: 'verdict', verdict, cause, measures, bestEpoch, verdicts });
    }
    tell({
      type: 'state',
      state: 'done',
      run: settings.runs - 1,
      why: stopped ? 'stopped' : 'all runs are done',
    });
  }

  /** The series, and what a network out of a file makes of it where it reads such windows. */
  async function preview(settings: RunSettings): Promise<void> {
    const names = ['window', 'horizon', 'relative'] as const;
    const fits = opened && names.every((name) => opened![name] === settings[name]);
    const task = taskOf(settings, fits ? opened?.scaler : undefined);
    if (!fits) return;
    await forecast(task, 0, true);
    tell({ type: 'state', state: 'done', run: 0, why: 'opened' });
  }

  async function save(): Promise<void> {
    try {
      post({ type: 'saved', bytes: await model?.save() });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      post({ type: 'saved', bytes: undefined, failed: error.message });
    }
  }

  /** A training goes on where the file is no network of this tab. */
  function open(asked: number, bytes: Uint8Array): Promise<void> | void {
    let read: ReturnType<typeof openNetwork>;
    try {
      read = openNetwork(bytes, backend);
    } catch (error) {
      post({ type: 'refused', number: asked, message: (error as Error).message });
      return;
    }
    // What a training that ends here still says comes too late.
    number = -1;
    return inTurn(async () => {
      await model?.dispose();
      model = read.model;
      opened = read.note;
      post({ type: 'opened', number: asked, note: read.note });
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
            number = command.number;
            paused = command.soFar?.paused ?? false;
            running = train(command.settings, command.soFar).finally(() => {
              running = undefined;
            });
          });
          return running;
        case 'preview':
          return inTurn(() => {
            number = command.number;
            return preview(command.settings);
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
          return save();
        case 'open':
          return open(command.number, command.bytes);
      }
    },
    async snapshot() {
      try {
        return await model?.save();
      } catch (error) {
        // Weights that are no numbers are not worth keeping.
        if (error instanceof DataError) return undefined;
        throw error;
      }
    },
    dispose() {
      disposed = true;
      void end().then(() => model?.dispose());
    },
  };
}
