// The two tasks whose answer lies in the past: counting, a^n X b^n, and memory, AxxxxxxYa. Data and sizes are those of examples/.
import {
  adam,
  type Backend,
  dense,
  embedding,
  input,
  lstm,
  type Model,
  padSequences,
  sequential,
} from 'webgpu-rnn';

export { countsInTraining, mostCounted } from './limits.ts';

/** The letters of the counting task by id; 0 fills up shorter sequences, the last one is the end. */
export const countingLetters = ['', 'a', 'X', 'b', '.'];
export const memoryTexts = ['AxxxxxxYa', 'BxxxxxxYb'];
export const memoryLetters = [...new Set(memoryTexts.join(''))];

export interface Samples {
  /** [N,T] ids, padded with 0 behind. */
  x: number[][];
  /** The same one symbol later. */
  y: number[][];
  /** Steps that count of each sequence. */
  lengths: number[];
}

/** n times a, an X, n times b, and the end. */
export function countingIds(n: number): number[] {
  return [...repeated(1, n), 2, ...repeated(3, n), 4];
}

/** What has to be counted after each symbol of a^n X b^n: the a so far, then the b that are to come; [2n+1]. */
export function countsOf(n: number): number[] {
  return [
    ...Array.from({ length: n }, (_, i) => i + 1),
    n,
    ...Array.from({ length: n }, (_, i) => n - 1 - i),
  ];
}

export function countingSamples(counts: readonly number[]): Samples {
  return samplesOf(counts.map(countingIds));
}

export function memorySamples(): Samples {
  return samplesOf(memoryTexts.map((text) => [...text].map((letter) => memoryLetters.indexOf(letter))));
}

function samplesOf(texts: readonly number[][]): Samples {
  const lengths = texts.map((text) => text.length - 1);
  const maxlen = Math.max(...lengths);
  const padded = (rows: number[][]) =>
    padSequences(rows, { maxlen, padding: 'post' }).toArray() as number[][];
  return {
    x: padded(texts.map((text) => text.slice(0, -1))),
    y: padded(texts.map((text) => text.slice(1))),
    lengths,
  };
}

export interface ModelOptions {
  backend: Backend;
  units: number;
  seed: number;
  learningRate: number;
}

export function countingModel({ backend, units, seed, learningRate }: ModelOptions): Model {
  const symbols = countingLetters.length;
  const model = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: symbols, outputDim: symbols, maskZero: true }),
    lstm({ units, returnSequences: true }),
    dense({ units: symbols, activation: 'softmax' }),
  ]);
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: adam({ learningRate }), loss, backend, seed });
  return model;
}

export function memoryModel({ backend, units, seed, learningRate }: ModelOptions): Model {
  const symbols = memoryLetters.length;
  const model = sequential([
    input({ shape: [null, symbols] }),
    lstm({ units, returnSequences: true }),
    dense({ units: symbols, activation: 'softmax' }),
  ]);
  const loss = 'sparseCategoricalCrossentropy';
  model.compile({ optimizer: adam({ learningRate }), loss, backend, seed });
  return model;
}

/** [N,T] ids as [N,T,V]. */
export function oneHot(ids: readonly number[][], symbols: number): number[][][] {
  return ids.map((row) => row.map((id) => Array.from({ length: symbols }, (_, v) => Number(v === id))));
}

function repeated(symbol: number, n: number): number[] {
  return Array.from({ length: n }, () => symbol);
}
