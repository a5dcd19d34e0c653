// One case of a matrix product, for the tables of its kernels: sizes, transpose, tile, slices, bias, strides, views.
import { roundToHalf } from '../../src/core/halves.ts';
import { GRADIENT_SCALE } from '../../src/kernels/matmul_halves.ts';
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

/**
 * The case for a kernel that rounds a and b to halves, with numbers that are halves already, so that it does not matter
 * which way a device rounds. Gradients are those of this size; their scale is what keeps them.
 */
export function inHalves(it: KernelCase, gradients: { a?: number; b?: number } = {}): KernelCase {
  const rounded = (t: TensorCase, size?: number): TensorCase => {
    const scale = size === undefined ? 1 : GRADIENT_SCALE;
    return { ...t, values: (next) => roundToHalf(t.values(next) * (size ?? 1) * scale) / scale };
  };
  const { a, b } = gradients;
  const scaleOf = (size?: number) => (size === undefined ? 1 : GRADIENT_SCALE);
  const small = a ?? b;
  return {
    ...it,
    params: { ...it.params, scale_a: scaleOf(a), scale_b: scaleOf(b) },
    tensors: { ...it.tensors, a: rounded(it.tensors.a, a), b: rounded(it.tensors.b, b) },
    ...(small && {
      name: `${it.name} of ${small}`,
      tolerance: { nmse: 1e-10, absolute: 1e-5 * small, relative: 1e-4, reason: 'as small as the numbers' },
    }),
  };
}

/** The same with any numbers. */
export function rounding(it: KernelCase): KernelCase {
  return {
    ...it,
    params: { ...it.params, scale_a: 1, scale_b: 1 },
    tolerance: {
      ...{ nmse: 2e-6, absolute: 2e-3, relative: 2e-3 },
      reason:
        'a device may round each operand up or down, by 2^-10 of it at most; the reference rounds to the nearest',
    },
  };
}

export const transposes = ['nn', 'nt', 'tn', 'tt'] as const;
