// What the tab and its worker say to one another.
import type { Level } from 'webgpu-rnn';
import type { HandedModel } from '../../types.ts';
import type { Finding } from './findings.ts';
import type { LayerFacts, Planes } from './watcher.ts';

/** What a small network learns here. */
export type LessonName = 'counting' | 'memory' | 'text';
/** What is looked into: a network that learns here, or the one that was written with. */
export type TaskName = LessonName | 'written';

export interface RunSettings {
  task: LessonName;
  units: number;
  seed: number;
  /** Epochs (steps, with a text) after which training ends by itself, each time it is begun. */
  most: number;
  /** A text of one's own to learn; else the project's source. */
  corpus?: string;
}

/** What is to be shown. */
export interface Shown {
  /** n of the counting task. */
  count: number;
  letter: 'A' | 'B';
  text: string;
  /** Of the model that was written with: which recurrent layer, from 0 at the bottom. */
  layer: number;
}

export type Command =
  /** Makes an untrained network and shows it. */
  | { type: 'prepare'; settings: RunSettings }
  /** Trains it, or trains it on where it is still the same network. */
  | { type: 'train'; settings: RunSettings }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'watch'; shown: Shown }
  | { type: 'save'; request: number }
  /** Takes task and units of the file, and the text of the settings where it learns one. */
  | { type: 'open'; request: number; bytes: Uint8Array; settings: RunSettings }
  /** Looks into a language model. */
  | { type: 'read'; request: number; model: HandedModel }
  /** Asks how it stands, after an error. */
  | { type: 'stand' };

export type RunState = 'new' | 'training' | 'paused' | 'done';

/** What the network did with one sequence. */
export interface View {
  task: TaskName;
  /** The symbols as shown, one a step; line ends are \n. */
  symbols: string[];
  /** Whether the symbols are characters or whole words. */
  level: Level;
  /** What the network takes for likeliest after each step. */
  expected: { symbol: string; probability: number }[];
  /** What follows indeed; undefined where the sequence ends, or nobody could know. */
  wanted: (string | undefined)[];
  units: number;
  /** The name of the watched layer. */
  layer: string;
  planes: Planes;
  findings: Finding[];
  /** For each finding what its unit is compared with, step by step; none where it is compared with another run. */
  compared: Float32Array[];
  /** What the findings were found on, where that is not what is shown. */
  judged?: string;
  /** Of the counting task: the n that are counted without an error. */
  exact?: number[];
  /** Of the memory task: whether both texts end rightly. */
  right?: boolean;
  /** The cell states [H,T] of the text that begins with the other letter. */
  other?: Float32Array;
  /** What the network has never seen, in words. */
  unknown?: string;
}

export type Event =
  | { type: 'progress'; points: [step: number, loss: number][]; milliseconds: number }
  | { type: 'view'; view: View }
  | { type: 'state'; state: RunState; task: TaskName; step: number; why?: string }
  | { type: 'stands'; state: RunState }
  | { type: 'failed'; request: number; message: string }
  | Answer;

export type Answer =
  | { type: 'saved'; request: number; bytes: Uint8Array | undefined }
  | { type: 'opened'; request: number; task: LessonName; units: number; seed: number }
  /** A language model is looked into; `excerpt` is a text to begin with, where there is one of its kind. */
  | {
      type: 'read';
      request: number;
      name: string;
      layers: readonly LayerFacts[];
      level: Level;
      excerpt: string | undefined;
    };
