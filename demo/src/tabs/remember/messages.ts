// What the tab and its worker say to one another.
import type { Finding } from './findings.ts';
import type { Planes } from './watcher.ts';

export type TaskName = 'counting' | 'memory' | 'text';

export interface RunSettings {
  task: TaskName;
  units: number;
  seed: number;
  /** Epochs (steps, with a text) after which training ends by itself, each time it is begun. */
  most: number;
  /** A text of one's own to learn; else the project's source. */
  corpus?: string;
}

export type Command =
  /** Makes an untrained network and shows it. */
  | { type: 'prepare'; settings: RunSettings }
  /** Trains it, or trains it on where the settings are still the same. */
  | { type: 'train'; settings: RunSettings }
  | { type: 'pause' }
  | { type: 'resume' }
  /** What is shown: n of the counting task, A or B, or a text. */
  | { type: 'watch'; count: number; letter: 'A' | 'B'; text: string }
  | { type: 'save' }
  | { type: 'open'; bytes: Uint8Array; settings: RunSettings };

export type RunState = 'new' | 'training' | 'paused' | 'done';

/** What the network did with one sequence. */
export interface View {
  task: TaskName;
  /** The symbols as shown, one a step. */
  symbols: string[];
  /** What the network takes for likeliest after each step. */
  expected: { symbol: string; probability: number }[];
  /** What follows indeed; undefined where the sequence ends, or nobody could know. */
  wanted: (string | undefined)[];
  units: number;
  /** The name of the watched layer. */
  layer: string;
  planes: Planes;
  findings: Finding[];
  /** Of the counting task: the n that are counted without an error, and what the count is after each step. */
  exact?: number[];
  counts?: number[];
  /** Of the memory task: whether both texts end rightly. */
  right?: boolean;
  /** The cell states [H,T] of the text that begins with the other letter. */
  other?: Float32Array;
  /** Characters that the network has never seen. */
  unknown?: number;
}

export type Event =
  | { type: 'progress'; points: [step: number, loss: number][]; milliseconds: number }
  | { type: 'view'; view: View }
  | { type: 'state'; state: RunState; task: TaskName; step: number; why?: string }
  | { type: 'saved'; bytes: Uint8Array | undefined }
  | { type: 'opened'; task: TaskName; units: number };
