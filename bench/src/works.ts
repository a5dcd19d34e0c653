// What is measured: the sizes of the models and chunks, and how much a step of each must compute.
import type { Measurement } from './results.ts';

export type Cell = Measurement['cell'];
export type Mode = Measurement['mode'];

export const cells: readonly Cell[] = ['lstm', 'gru', 'rnn'];
export const modes: readonly Mode[] = ['train', 'forward', 'single'];

/** A language model (embedding, recurrent layers, dense head, softmax cross entropy) and the chunk it is run on. */
export interface Work {
  name: string;
  /** Sequences side by side. */
  N: number;
  /** Steps of a chunk. */
  T: number;
  /** Features that the first recurrent layer takes. */
  D: number;
  H: number;
  V: number;
  /** Recurrent layers. */
  layers: number;
  /** What goes in: token ids through an embedding, or features as they are. */
  input: 'tokens' | 'features';
  /** The head uses the embedding's table; needs D = H. */
  tied: boolean;
  /** Before, between and after the recurrent layers. */
  dropout: number;
  optimizer: 'sgd' | 'adam';
  /** Where the sizes come from. */
  about: string;
}

const plain = { layers: 1, input: 'tokens', tied: false, dropout: 0, optimizer: 'adam' } as const;

export const works: readonly Work[] = [
  { name: 'S', N: 16, T: 16, D: 32, H: 64, V: 32, ...plain, about: 'a small model of characters' },
  { name: 'M', N: 32, T: 32, D: 64, H: 128, V: 64, ...plain, about: 'a model of characters' },
  {
    ...{ name: 'textbook', N: 20, T: 35, D: 100, H: 100, V: 10000, ...plain },
    optimizer: 'sgd',
    about: 'the PTB model of Deep Learning from Scratch 2, chapter 6',
  },
  {
    ...{ name: 'ptb-medium', N: 20, T: 35, D: 650, H: 650, V: 10000, ...plain },
    ...{ layers: 2, tied: true, dropout: 0.5, optimizer: 'sgd' },
    about: 'the medium model of Zaremba et al. 2014, with tied weights',
  },
  { name: 'large', N: 64, T: 128, D: 1024, H: 1024, V: 64, ...plain, about: 'one wide layer' },
  {
    ...{ name: 'published', N: 16, T: 1024, D: 768, H: 768, V: 64, ...plain },
    ...{ input: 'features', optimizer: 'sgd' },
    about: 'a long sequence of features, as recurrent kernels are published with',
  },
];

/** Rates at which three steps show in the loss. */
export const learningRates = { sgd: 0.5, adam: 0.01 } as const;

export const gatesOf: Readonly<Record<Cell, number>> = { lstm: 4, gru: 3, rnn: 1 };

/** The work at other sizes; `single` reads one sequence token by token. */
export function resized(work: Work, sizes: Partial<Work>): Work {
  return { ...work, ...sizes };
}

/** The work as a mode runs it. */
export function workOf(work: Work, mode: Mode): Work {
  return mode === 'single' ? resized(work, { N: 1, T: 1 }) : work;
}

/** Floating-point operations of one step; the backward pass takes each product twice more. */
export function flopsOf({ N, T, D, H, V, layers }: Work, cell: Cell, mode: Mode): number {
  const recurrent = 2 * gatesOf[cell] * H * (D + H) + (layers - 1) * 4 * gatesOf[cell] * H * H;
  return N * T * (recurrent + 2 * H * V) * (mode === 'train' ? 3 : 1);
}

/** What a reference in JavaScript can compute within seconds. */
const CHECKED_FLOPS = 1e9;

/** The chunk on which engines are compared with the f64 reference: the work's own, or a shorter one of the same model. */
export function checkedWork(work: Work, cell: Cell): Work {
  if (flopsOf(work, cell, 'train') <= CHECKED_FLOPS) return work;
  return resized(work, { N: Math.min(work.N, 2), T: Math.min(work.T, 8), dropout: 0 });
}

/** Elements of all parameters. */
export function parameterCount({ D, H, V, layers, input, tied }: Work, cell: Cell): number {
  const biasRows = cell === 'gru' ? 2 : 1;
  const layer = (inputs: number) => (inputs + H + biasRows) * gatesOf[cell] * H;
  const table = input === 'tokens' ? V * D : 0;
  return table + layer(D) + (layers - 1) * layer(H) + (tied ? 0 : H * V) + V;
}
