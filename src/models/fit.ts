// Training: epochs of batches with callbacks around them, and the history of what was measured.
import { DataError, OptionError } from '../core/errors.ts';
import { random } from '../core/random.ts';
import { turn } from '../core/turn.ts';
import type { Callback, History, Logs, Training } from '../training/callback.ts';
import type { FitOptions } from './fit_options.ts';
import { type Batches, cut, Pass, type Setting } from './loops.ts';
import type { Samples } from './model_data.ts';

/** What an epoch is made of. */
export interface EpochSource {
  /** Batches of an epoch, where that is known. */
  readonly count: number | undefined;
  /** The batches of epoch number `epoch`. */
  batches(epoch: number): Batches;
}

/** What is evaluated after an epoch. */
export type Validation = () => Batches;

/** Training as callbacks see it, with what `fit` itself needs. */
export interface Session {
  readonly training: Training;
  /** Where the pass in hand is put, for `training.readLogs()`. */
  pass: Pass | undefined;
  /** The means of the last epoch. */
  trained: Logs | undefined;
  /** Counts an update and gives its number, from 1. */
  readonly nextStep: () => number;
  /** The logs of the epoch in hand, to which callbacks may add. */
  logs: Record<string, number> | undefined;
  /** Called when the last update is done, before callbacks hear of the end. */
  finish(): Promise<void>;
}

/**
 * Trains for the epochs that are asked for, or until a callback or the signal stops it.
 * @throws whatever a callback throws; DeviceError when the device is lost.
 */
export async function fitLoop(
  setting: Setting,
  session: Session,
  source: EpochSource,
  validation: Validation | undefined,
  options: Pick<FitOptions, 'epochs' | 'initialEpoch' | 'validationFreq' | 'signal' | 'yieldEvery'> & {
    callbacks: readonly Callback[];
  },
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, validationFreq = 1, signal, callbacks } = options;
  const { training } = session;
  const epoch: number[] = [];
  const seconds: number[] = [];
  const history: Record<string, number[]> = {};
  let logs: Logs = {};
  const stopped = () => signal?.aborted || training.stopped !== undefined;
  for (const callback of callbacks) await callback.onTrainBegin?.(training);
  for (let e = initialEpoch; e < epochs && !stopped(); e++) {
    const begun = performance.now();
    for (const callback of callbacks) await callback.onEpochBegin?.(e, training);
    const trained = await trainEpoch(setting, session, source, e, { ...options, stopped });
    session.trained = trained;
    const validated =
      validation && (e + 1 - initialEpoch) % validationFreq === 0 && !signal?.aborted
        ? prefixed(await evaluateLoop(setting, validation(), signal))
        : {};
    // Callbacks may add to the logs, for those that come after them.
    const all: Record<string, number> = { ...trained, ...validated };
    session.logs = all;
    for (const callback of callbacks) await callback.onEpochEnd?.(e, all, training);
    logs = all;
    epoch.push(e);
    seconds.push((performance.now() - begun) / 1000);
    for (const [name, value] of Object.entries(logs)) history[name] = [...(history[name] ?? []), value];
  }
  await session.finish();
  for (const callback of callbacks) await callback.onTrainEnd?.(logs, training);
  const reason = training.stopped ?? (signal?.aborted ? 'the signal was aborted' : undefined);
  return { epoch, history, seconds, ...(reason !== undefined && { stopped: reason }) };
}

/** One epoch of training: its means. */
async function trainEpoch(
  setting: Setting,
  session: Session,
  source: EpochSource,
  epoch: number,
  options: { callbacks: readonly Callback[]; yieldEvery?: number; stopped: () => boolean },
): Promise<Logs> {
  const { callbacks, yieldEvery, stopped } = options;
  const { training } = session;
  const pass = new Pass(setting, 'train');
  session.pass = pass;
  try {
    let batch = 0;
    for await (const samples of source.batches(epoch)) {
      for (const callback of callbacks) await callback.onBatchBegin?.(batch, training);
      await pass.run(samples, session.nextStep);
      for (const callback of callbacks) await callback.onBatchEnd?.(batch, training);
      batch++;
      if (yieldEvery && batch % yieldEvery === 0) await turn();
      if (stopped()) break;
    }
    if (batch === 0) throw new DataError('[fit] the data gave no batch');
    await pass.drained();
    return await pass.logs();
  } finally {
    session.pass = undefined;
    // Where a batch failed, what was queued before it comes to its end too; its own failure is what counts.
    await pass.drained().catch(() => {});
    pass.close();
  }
}

/** The losses and metrics of a pass without training. */
export function evaluateLoop(setting: Setting, batches: Batches, signal?: AbortSignal): Promise<Logs> {
  return setting.runtime.passes.test.run(async () => {
    const pass = new Pass(setting, 'test');
    try {
      let count = 0;
      for await (const samples of batches) {
        signal?.throwIfAborted();
        await pass.run(samples);
        count++;
      }
      if (count === 0) throw new DataError('[evaluate] the data gave no batch');
      await pass.drained();
      return await pass.logs();
    } finally {
      await pass.drained().catch(() => {});
      pass.close();
    }
  });
}

function prefixed(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));
}

/** Epochs over samples that lie in memory, in another order each time where that is asked for. */
export function shuffled(
  samples: Samples,
  options: { batchSize: number; shuffle: boolean; seed: number; fits: number },
): EpochSource {
  const { batchSize, shuffle, seed, fits } = options;
  const length = samples.x[0].length;
  return {
    count: Math.ceil(length / batchSize),
    batches(epoch) {
      const order = Array.from({ length }, (_, i) => i);
      if (shuffle) permute(order, seed, `order of epoch ${epoch} of fit ${fits}`);
      return cut(samples, order, batchSize);
    },
  };
}

/** Fisher and Yates' shuffle, in place. */
function permute(order: number[], seed: number, name: string): void {
  const next = random(seed, name);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next.uniform() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
}

/** The first and the last part of samples, as `validationSplit` divides them: before any shuffling. */
export function splitSamples(samples: Samples, part: number): [training: Samples, validation: Samples] {
  const length = samples.x[0].length;
  const first = Math.floor(length * (1 - part));
  if (first < 1 || first === length) {
    throw new OptionError(
      `[fit/validationSplit] of ${part} leaves ${first} of ${length} samples for training and ${length - first} for validation`,
    );
  }
  const some = (from: number, to: number): Samples => ({
    x: samples.x.map((one) => one.slice(from, to)),
    ...(samples.y && { y: samples.y.map((one) => one.slice(from, to)) }),
    ...(samples.weights && { weights: samples.weights.map((one) => one?.slice(from, to)) }),
    ...(samples.masks && { masks: samples.masks.map((one) => one?.slice(from, to)) }),
  });
  return [some(0, first), some(first, length)];
}
