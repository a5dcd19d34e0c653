// What the tab and its worker say to each other, and the result that can be copied.
import type { Spread } from '../../../../bench/src/results.ts';
import type { Cell } from '../../../../bench/src/works.ts';

export type { Spread } from '../../../../bench/src/results.ts';

export const PEERS = ['webgpu', 'webgl', 'wasm'] as const;
export type Peer = (typeof PEERS)[number];

export interface MeasureRequest {
  /** The name of a work of the benchmark. */
  work: string;
  cell: Cell;
  /** Backends of TensorFlow.js. */
  peers: readonly Peer[];
  /** Blocks of each pair. */
  runs: number;
}

export type Command = { type: 'measure'; request: MeasureRequest } | { type: 'stop' };

export type Event =
  /** Whether this build of the page has TensorFlow.js, and what ours is called here. */
  | { type: 'begun'; engines: string[]; withPeers: boolean }
  | { type: 'stage'; engine: string; text: string }
  | { type: 'block'; engine: string; milliseconds: number }
  | { type: 'failed'; engine: string; reason: string }
  | { type: 'done'; result: SpeedResult; stopped: boolean };

export interface EngineResult {
  engine: string;
  /** Why there is no time. */
  reason?: string;
  /** The way in which the model was written, where the library has several: the fastest here. */
  form?: string;
  /** Milliseconds of a training step. */
  milliseconds?: Spread;
  tokensPerSecond?: number;
  /** |first loss - the reference on the CPU in f64| from the same weights, and the same after two updates. */
  lossDifference?: number;
  laterLossDifference?: number;
  /** How many times longer than ours, from pairs of neighbouring blocks. */
  ratio?: Spread;
  times: number[];
}

/** What the button copies. */
export interface SpeedResult {
  format: 'webgpu-rnn speed 1';
  date: string;
  adapter: string;
  software: boolean;
  browser: string;
  /** Jobs of other tabs that were at work and rested meanwhile. */
  rested?: string[];
  /** Sizes of the model and its chunk: N sequences of T steps, D features, H units, V classes. */
  work: { name: string; cell: Cell; N: number; T: number; D: number; H: number; V: number; layers: number };
  method: { runs: number; blockMilliseconds: number };
  engines: EngineResult[];
}
