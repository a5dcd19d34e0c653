// What an engine is: a library on a device, which prepares a model of given sizes and runs blocks of steps with it.
import type { Chunk, Weights } from '../data.ts';
import type { Cell, Mode, Work } from '../works.ts';

/** One model to prepare. */
export interface Task {
  /** With the sizes that the mode uses (N = T = 1 for `single`). */
  work: Work;
  cell: Cell;
  mode: Mode;
}

/** A task with what goes in, the same for every engine. */
export interface PreparedTask extends Task {
  weights: Weights;
  chunks: readonly Chunk[];
  /** x [T,N,D] of a work without an embedding. */
  features?: Float32Array;
}

/** A model that stands ready. */
export interface Runner {
  /**
   * Runs so many steps, none waiting for the one before longer than the library makes it, and reads the loss back: of
   * the last step before its update (webgpu-rnn's trainer: the mean of the block), or of the last token in `single`.
   * States are carried from step to step.
   */
  block(steps: number): Promise<number>;
  dispose(): void;
}

export interface Engine {
  /** Such as `tfjs webgpu`. */
  name: string;
  /** Whether it runs on the adapter that webgpu-rnn runs on, so that calls of its API can be counted. */
  webgpu: boolean;
  /** The ways in which the library's users write this model, the usual one first; the fastest is measured. */
  forms?(task: Task): readonly string[];
  /**
   * Builds the model, in the first of its forms where none is named; the first block may still compile.
   * @throws Error with the reason, where the library or the place cannot do it.
   */
  prepare(task: PreparedTask, form?: string): Promise<Runner>;
}
