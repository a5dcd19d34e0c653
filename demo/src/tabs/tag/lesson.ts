// What the worker can teach: a model, batches to train it on, and ways to look at what it knows.
import { adam, type Backend, cosineDecay, type Model, type NdArray } from 'webgpu-rnn';
import type { Answer, Measured } from './protocol.ts';

export interface Lesson {
  readonly model: Model;
  /** Rows of a batch. */
  readonly batchSize: number;
  /** How much there is to learn from, and how much is held out. */
  readonly examples: number;
  readonly heldOut: number;
  /** So many rows to train on, other ones each time. */
  rows(count: number): { x: NdArray | NdArray[]; y: NdArray | NdArray[] };
  measure(): Promise<Measured>;
  /** @throws Error in the visitor's words for a text that is none. */
  answer(text: string): Promise<Answer>;
}

/** Updates after which the learning rate has come down to its last value. */
const DECAY_STEPS = 3000;

/** Compiles a model for a lesson: the rate falls to a twentieth, so that it settles while one watches. */
export function compile(
  model: Model,
  { backend, seed, rate, loss }: { backend: Backend; seed: number; rate: number; loss: unknown },
): void {
  const learningRate = cosineDecay({ initialLearningRate: rate, decaySteps: DECAY_STEPS, alpha: 0.05 });
  model.compile({
    optimizer: adam({ learningRate, globalClipNorm: 5 }),
    loss: loss as 'crf',
    backend,
    seed,
  });
}

/** Draws whole numbers below n. */
export function below(draw: { uniform(): number }, n: number): number {
  return Math.min(n - 1, Math.floor(draw.uniform() * n));
}
