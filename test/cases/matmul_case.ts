// One case of a matrix product, for the tables of its kernels: sizes, transpose, tile, slices, bias, strides, views.
import { constant, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

export interface Product {
  m: number;
  n: number;
  k: number;
  tile: number;
  transpose?: 'nn' | 'nt' | 'tn' | 'tt';
  biasRows?: 0 | 1 | 2;
  accumulate?: 0 | 1;
  slice?: number;
  padding?: number;
  /** Elements before each matrix in its storage. */
  shift?: number;
  /** The columns of b are summed: 1 behind c, 2 added to what lies there. */
  sums?: 0 | 1 | 2;
  fill?: (shape: readonly number[]) => TensorCase;
  bench?: boolean;
  nodeOnly?: boolean;
}

export function product(name: string, o: Product): KernelCase {
  const { m, n, k, tile, transpose = 'nn', biasRows = 0, accumulate = 0 } = o;
  const { slice = k, padding = 0, shift = 0, sums = 0, fill = normal } = o;
  const transposeA = transpose[0] === 't' ? 1 : 0;
  const transposeB = transpose[1] === 't' ? 1 : 0;
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const slices = Math.ceil(k / slice);
  const ldc = n + (slices > 1 ? 0 : padding);
  const rows = sums ? m + 1 : m;
  const place = (t: TensorCase) => (shift > 0 ? unaligned(t, shift) : t);
  return {
    name: `${name} ${transpose} ${m}x${n}x${k} by ${tile}`,
    sum: k,
    params: {
      m,
      n,
      k,
      lda,
      ldb,
      ldc,
      slice,
      c_slice: slices > 1 ? rows * n : 0,
      bias_rows: biasRows,
      accumulate,
      transpose_a: transposeA,
      transpose_b: transposeB,
      tile,
      sums,
      sums_at: sums ? m * ldc : 0,
    },
    tensors: {
      a: place(fill([transposeA ? k : m, lda])),
      b: place(normal([transposeB ? n : k, ldb])),
      bias: normal([Math.max(1, biasRows), n]),
      c: place(accumulate || sums === 2 ? normal([slices * rows, ldc]) : constant([slices * rows, ldc], 7)),
    },
    ...(o.bench && { bench: true }),
    ...(o.nodeOnly && { nodeOnly: true }),
  };
}

export const transposes = ['nn', 'nt', 'tn', 'tt'] as const;
