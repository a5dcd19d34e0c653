// A training that goes through given epochs, so that a callback's decisions can be told from its numbers alone.
import { NdArray } from '../../../src/data/nd_array.ts';
import type { Callback, Logs, Training } from '../../../src/training/callback.ts';

export interface Outcome {
  /** The epochs that ran. */
  epochs: number;
  /** The rate in each epoch. */
  rates: number[];
  stopped: string | undefined;
  /** The logs of each epoch, with what callbacks added. */
  logs: readonly Logs[];
  /** The one weight; epoch e leaves e + 1 in it. */
  weight: number;
}

/** Runs `callbacks` through epochs with these logs; each has `batches` batches, which only some trainings know. */
export async function train(
  callbacks: Callback | readonly Callback[],
  logs: readonly Logs[],
  {
    batches = 2,
    known = true,
    learningRate = 1,
    validates,
  }: { batches?: number; known?: boolean; learningRate?: number; validates?: boolean } = {},
): Promise<Outcome> {
  const list = Array.isArray(callbacks) ? (callbacks as Callback[]) : [callbacks as Callback];
  let stopped: string | undefined;
  let weight = 0;
  let step = 0;
  let now: Logs = {};
  let logged: Record<string, number> = {};
  const ended: Logs[] = [];
  const training: Training = {
    epochs: logs.length,
    batches: known ? batches : undefined,
    modelName: 'fake',
    ...(validates !== undefined && { validates }),
    learningRate,
    get step() {
      return step;
    },
    get stopped() {
      return stopped;
    },
    stop(reason) {
      stopped ??= reason;
    },
    getWeights: async () => [new NdArray([1], [weight])],
    setWeights: async ([only]) => {
      weight = only.data[0];
    },
    save: async () => new TextEncoder().encode(`weight ${weight}`),
    log(name, value) {
      logged[name] = value;
    },
    readLogs: async () => now,
  };
  const rates: number[] = [];
  let epochs = 0;
  for (const one of list) await one.onTrainBegin?.(training);
  for (let e = 0; e < logs.length && stopped === undefined; e++) {
    for (const one of list) await one.onEpochBegin?.(e, training);
    rates.push(training.learningRate);
    now = logs[e];
    for (let b = 0; b < batches && stopped === undefined; b++) {
      for (const one of list) await one.onBatchBegin?.(b, training);
      step++;
      weight = e + 1;
      for (const one of list) await one.onBatchEnd?.(b, training);
    }
    epochs++;
    logged = { ...logs[e] };
    for (const one of list) await one.onEpochEnd?.(e, logged, training);
    ended.push(logged);
  }
  for (const one of list) await one.onTrainEnd?.(now, training);
  return { epochs, rates, stopped, weight, logs: ended };
}

/** Logs with these values of one name, and a loss. */
export function valuesOf(name: string, values: readonly number[]): Logs[] {
  return values.map((value) => ({ loss: 1, [name]: value }));
}
