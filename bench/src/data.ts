// What all engines share: tokens or features of a chunk, and the weights, in Keras' layout.
import { random } from '../../src/core/random.ts';
import { type Cell, gatesOf, type Work } from './works.ts';

/** Different chunks that a training goes through; the states are carried from one to the next. */
export const CHUNKS = 4;

/** A chunk, time-major: step t of sequence n lies at t·N + n. */
export interface Chunk {
  ids: Int32Array;
  labels: Int32Array;
}

/** The corpus [L] that languageTrainer cuts into CHUNKS chunks of N streams, L = N·T·CHUNKS + 1. */
export function corpusOf({ N, T, V }: Work): Uint32Array {
  const next = random(7, 'corpus');
  return Uint32Array.from({ length: N * T * CHUNKS + 1 }, () => Math.floor(next.uniform() * V));
}

/** The chunks in the order in which languageTrainer takes them. */
export function chunksOf(work: Work): Chunk[] {
  const corpus = corpusOf(work);
  const { N, T } = work;
  return Array.from({ length: CHUNKS }, (_, chunk) => {
    const at = (t: number, n: number) => n * T * CHUNKS + chunk * T + t;
    const gather = (shift: number) =>
      Int32Array.from({ length: T * N }, (_, i) => corpus[at(Math.floor(i / N), i % N) + shift]);
    return { ids: gather(0), labels: gather(1) };
  });
}

/** Features x [T,N,D] of a work without an embedding; every chunk has the same. */
export function featuresOf({ N, T, D }: Work): Float32Array {
  const next = random(7, 'features');
  return Float32Array.from({ length: T * N * D }, () => next.normal());
}

/** [T,N,width] to [N,T,width] */
export function batchMajor<A extends Int32Array | Float32Array>(
  data: A,
  { N, T }: Work,
  width = 1,
): Int32Array | Float32Array {
  const out = data.slice();
  for (let t = 0; t < T; t++) {
    for (let n = 0; n < N; n++) {
      const from = (t * N + n) * width;
      out.set(data.subarray(from, from + width), (n * T + t) * width);
    }
  }
  return out;
}

export interface Weight {
  shape: readonly number[];
  values: Float32Array;
}

/** Weights in Keras' layout: gate blocks side by side, i,f,c,o and z,r,h; a GRU has two bias rows (reset after). */
export interface Weights {
  /** [V,D]; absent for features. */
  embedding?: Weight;
  /** kernel [D,G·H], recurrent [H,G·H], bias [G·H] or [2,G·H] */
  cells: { kernel: Weight; recurrent: Weight; bias: Weight }[];
  dense: {
    /** [H,V]; absent when tied. */
    kernel?: Weight;
    /** [V] */
    bias: Weight;
  };
}

/** The first weights of a work, the same for every engine; wide enough that a wrong gate order shows in the loss. */
export function weightsOf({ D, H, V, layers, input, tied }: Work, cell: Cell): Weights {
  const make = (name: string, shape: number[], range: number): Weight => {
    const next = random(1, name);
    const size = shape.reduce((product, n) => product * n, 1);
    return { shape, values: Float32Array.from({ length: size }, () => range * (2 * next.uniform() - 1)) };
  };
  const width = gatesOf[cell] * H;
  return {
    ...(input === 'tokens' && { embedding: make('embedding', [V, D], tied ? 0.3 : 1) }),
    cells: Array.from({ length: layers }, (_, i) => ({
      kernel: make(`kernel ${i}`, [i === 0 ? D : H, width], 1 / Math.sqrt(i === 0 ? D : H)),
      recurrent: make(`recurrent ${i}`, [H, width], 1 / Math.sqrt(H)),
      bias: make(`bias ${i}`, cell === 'gru' ? [2, width] : [width], 0.5),
    })),
    dense: {
      ...(!tied && { kernel: make('dense kernel', [H, V], 3 / Math.sqrt(H)) }),
      bias: make('dense bias', [V], 0.5),
    },
  };
}

/** All weights in the order in which Keras and this library declare them. */
export function inOrder({ embedding, cells, dense }: Weights): Weight[] {
  return [
    ...(embedding ? [embedding] : []),
    ...cells.flatMap(({ kernel, recurrent, bias }) => [kernel, recurrent, bias]),
    ...(dense.kernel ? [dense.kernel] : []),
    dense.bias,
  ];
}

/** -log softmax(logits)[label] */
export function lossOfLogits(logits: ArrayLike<number>, label: number): number {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  return Math.log(values.reduce((sum, x) => sum + Math.exp(x - largest), 0)) + largest - values[label];
}
