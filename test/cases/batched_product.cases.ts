// Cases of the batched product: edges of blocks, strides as attention has them, both parts of the batch.
import { constant, extreme, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

interface Options {
  inner?: number;
  accumulate?: 0 | 1;
  alpha?: number;
  at?: number;
  values?: (shape: readonly number[]) => TensorCase;
}

/** Matrices one after the other, row by row. */
function plain(name: string, m: number, n: number, k: number, outer: number, options: Options = {}) {
  const { inner = 1, accumulate = 0, alpha = 1, at = 0, values = normal } = options;
  const batches = outer * inner;
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  return {
    name: `${name} ${batches} of ${m}x${n}x${k}`,
    sum: k,
    params: {
      ...{ m, n, k, batches, inner_batches: inner, alpha, accumulate },
      ...{ a_row: k, a_col: 1, a_outer: inner * m * k, a_inner: m * k },
      ...{ b_row: n, b_col: 1, b_outer: inner * k * n, b_inner: k * n },
      ...{ c_row: n, c_col: 1, c_outer: inner * m * n, c_inner: m * n },
    },
    tensors: {
      a: placed(values([batches, m, k])),
      b: placed(normal([batches, k, n])),
      c: placed(accumulate ? normal([batches, m, n]) : constant([batches, m, n], 9)),
    },
  } satisfies KernelCase;
}

/** q [Tq,N,h,d] times k [Tk,N,h,d] transposed, to [h,N,Tq,Tk], as attention of several heads takes it. */
function scores(Tq: number, Tk: number, N: number, h: number, d: number): KernelCase {
  return {
    name: `scores of ${h} heads, ${N} samples, ${Tq}x${Tk}x${d}`,
    sum: d,
    params: {
      ...{ m: Tq, n: Tk, k: d, batches: N * h, inner_batches: h, alpha: 0.5, accumulate: 0 },
      ...{ a_row: N * h * d, a_col: 1, a_outer: h * d, a_inner: d },
      ...{ b_row: 1, b_col: N * h * d, b_outer: h * d, b_inner: d },
      ...{ c_row: Tk, c_col: 1, c_outer: Tq * Tk, c_inner: N * Tq * Tk },
    },
    tensors: { a: normal([Tq, N, h, d]), b: normal([Tk, N, h, d]), c: constant([h, N, Tq, Tk], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  plain('one', 1, 1, 1, 1),
  plain('whole blocks', 8, 12, 16, 3),
  plain('off the blocks', 5, 7, 33, 3),
  plain('one row', 1, 65, 9, 2),
  plain('one column', 65, 1, 9, 2),
  plain('both parts of the batch', 3, 6, 5, 2, { inner: 3 }),
  plain('added and scaled', 5, 6, 7, 2, { accumulate: 1, alpha: 0.25 }),
  plain('unaligned', 3, 5, 4, 2, { accumulate: 1, at: 37 }),
  plain('extreme', 4, 4, 4, 2, { values: extreme }),
  scores(5, 7, 3, 2, 4),
  scores(1, 9, 2, 1, 3),
  { ...plain('large', 64, 64, 64, 64), bench: true },
];
