// What a callback is: it hears of the beginning and the end of training, epochs and batches, and may stop or steer it.
import type { NdArray } from '../data/nd_array.ts';

/** Numbers of an epoch by name: loss, metrics, and the same of the validation data with val_ before. */
export type Logs = Readonly<Record<string, number>>;

/** What callbacks see of the model while it trains. */
export interface Training {
  /** Epochs that were asked for. */
  readonly epochs: number;
  /** Batches of an epoch, where it is known before its end. */
  readonly batches: number | undefined;
  /** Whether epochs are validated, be it not each of them; undefined where nobody says. */
  readonly validates?: boolean;
  /** Updates since the model was compiled. */
  readonly step: number;
  /** The learning rate of the next update; a number that is set replaces a schedule. */
  learningRate: number;
  /** Set to end after the batch in hand; `reason` is kept in the history. */
  stop(reason: string): void;
  readonly stopped: string | undefined;
  /** All weights, in the order of `model.getWeights()`; waits for the device. */
  getWeights(): Promise<NdArray[]>;
  setWeights(weights: readonly NdArray[]): Promise<void>;
  /** The model and its weights in one file's bytes (safetensors). */
  save(): Promise<Uint8Array>;
  /** Adds a number to the logs of the epoch in hand, for callbacks that come after this one and for the history. */
  log(name: string, value: number): void;
  /** Means so far in this epoch; waits for the device, so ask seldom. */
  readLogs(): Promise<Logs>;
  readonly modelName: string;
}

/** All are optional and awaited; `training` is the same object throughout one fit. */
export interface Callback {
  onTrainBegin?(training: Training): void | Promise<void>;
  /** Epochs count from 0. */
  onEpochBegin?(epoch: number, training: Training): void | Promise<void>;
  onBatchBegin?(batch: number, training: Training): void | Promise<void>;
  /** The batch is queued, not done: ask `training.readLogs()` where its loss is needed. */
  onBatchEnd?(batch: number, training: Training): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, training: Training): void | Promise<void>;
  onTrainEnd?(logs: Logs, training: Training): void | Promise<void>;
}

/** The names of what callbacks hear. */
export const callbackEvents: readonly (keyof Callback)[] = [
  ...(['onTrainBegin', 'onEpochBegin', 'onBatchBegin'] as const),
  ...(['onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const),
];

/** What `fit` resolves with. */
export interface History {
  /** The epochs that ran, from 0. */
  readonly epoch: readonly number[];
  /** One number an epoch: loss, metrics, val_loss, ... */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why training ended before its last epoch. */
  readonly stopped?: string;
  /** Seconds of each epoch. */
  readonly seconds: readonly number[];
}

/** Where files go: a folder in Node (`webgpu-rnn/node`), anything that keeps bytes in a browser. */
export interface Store {
  /** Replaces the file of that name; it is there whole or not at all. */
  write(name: string, contents: Uint8Array | string): Promise<void>;
  /** Adds to the end of the file of that name. */
  append(name: string, contents: Uint8Array | string): Promise<void>;
  /** @throws DataError when there is none. */
  read(name: string): Promise<Uint8Array>;
}
