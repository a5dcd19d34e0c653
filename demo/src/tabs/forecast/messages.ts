// What the tab and its worker say to one another.
import type { ScalerRecord } from 'webgpu-rnn';
import type { Judged } from './diagnosis_words.ts';
import type { SeriesName } from './series_names.ts';

export interface RunSettings {
  series: SeriesName | 'file';
  /** Values of a generated series. */
  length: number;
  /** Of a file: the values of the column. */
  values?: Float64Array;
  /** Of a file: its name and that of the column. */
  file?: string;
  column?: string;
  window: number;
  horizon: number;
  relative: boolean;
  units: number;
  learningRate: number;
  epochs: number;
  /** Networks that are trained one after the other, each from a seed of its own. */
  runs: number;
  /** Epochs without improvement after which a run ends; 0 for never. */
  patience: number;
  seed: number;
}

/** What the file of a network says of it, so that it can forecast again, or go on learning. */
export interface NetworkNote {
  readonly task: 'forecast';
  readonly series: RunSettings['series'];
  readonly length: number;
  readonly file?: string;
  readonly column?: string;
  readonly window: number;
  readonly horizon: number;
  readonly relative: boolean;
  readonly units: number;
  /** What brings a series to the numbers that the network learned; files without one learn it from the series. */
  readonly scaler?: ScalerRecord;
  readonly run: number;
  /** Epochs that it has learned. */
  readonly epoch: number;
  /** Of the training, to tell it from others. */
  readonly key: string;
}

/** The losses of a run, epoch by epoch. */
export interface Curves {
  loss: number[];
  val_loss: number[];
}

/** Where a training goes on after a restart. */
export interface SoFar {
  /** Runs that are done. */
  done: number;
  /** Of these and of the run in hand. */
  curves: readonly Curves[];
  /** The least validation loss of a network. */
  best: number;
  /** Whether it rests at once, as it did before. */
  paused: boolean;
}

/** The page numbers what it asks for: what is said of anything but the last comes too late. */
export type Command =
  | { type: 'train'; number: number; settings: RunSettings; soFar?: SoFar }
  /** Shows the series and its parts, and what a network out of a file makes of it, without training. */
  | { type: 'preview'; number: number; settings: RunSettings }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'stop' }
  | { type: 'save' }
  /** Takes the network of a file, which ends a training; a preview shows its forecast then. */
  | { type: 'open'; number: number; bytes: Uint8Array };

export type Event =
  | (WorkEvent & { number: number })
  | { type: 'opened'; number: number; note: NetworkNote }
  /** A file that is no network of this tab; nothing has changed. */
  | { type: 'refused'; number: number; message: string }
  /** Without bytes where there is no network; `failed` says why one cannot be saved. */
  | { type: 'saved'; bytes: Uint8Array | undefined; failed?: string };

/** What a training or a preview says. */
export type WorkEvent =
  | {
      type: 'task';
      /** Whether a training goes on: what its runs have forecast still holds. */
      goesOn: boolean;
      series: Float64Array;
      validationFrom: number;
      testFrom: number;
      /** The first value that is forecast: those before it are its first window. */
      first: number;
      /** The naive forecast of the values from `first` on. */
      naive: Float64Array;
      /** Root of its mean squared error on the test part. */
      naiveError: number;
      /** Its mean squared error on the validation part, scaled as the loss is. */
      naiveLoss: number;
    }
  | { type: 'epoch'; run: number; epoch: number; loss: number; validationLoss: number; milliseconds: number }
  /** The forecast of one run of the values from `first` on. */
  | { type: 'forecast'; run: number; values: Float64Array; error: number; final: boolean }
  /** A run is done, whose network, where it is the best so far, comes as a file. */
  | { type: 'ran'; run: number; validationLoss: number; bytes?: Uint8Array }
  | { type: 'early'; run: number; bestEpoch: number; stoppedEpoch: number }
  | (Judged & { type: 'verdict' })
  | { type: 'state'; state: 'training' | 'paused' | 'done'; run: number; why?: string };
