// What the tab and its worker say to one another.
import type { Verdict } from 'webgpu-rnn';
import type { SeriesName } from './series.ts';

export interface RunSettings {
  series: SeriesName | 'file';
  /** Values of a generated series. */
  length: number;
  /** Of a file: the values of the column. */
  values?: Float64Array;
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

export type Command =
  | { type: 'train'; settings: RunSettings }
  /** Shows the series and its parts, without training. */
  | { type: 'preview'; settings: RunSettings }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'stop' }
  | { type: 'save' }
  | { type: 'open'; bytes: Uint8Array; settings: RunSettings };

export type Event =
  | {
      type: 'task';
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
  | { type: 'early'; run: number; bestEpoch: number; stoppedEpoch: number }
  | {
      type: 'verdict';
      verdict: Verdict;
      reasons: readonly string[];
      suggestions: readonly string[];
      bestEpoch: number;
    }
  | { type: 'state'; state: 'training' | 'paused' | 'done'; run: number; why?: string }
  | { type: 'saved'; bytes: Uint8Array | undefined };
