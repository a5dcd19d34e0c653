// Cases of both matrix product kernels: every transpose, sizes on and off the tile, slices, bias, strides, views.
import { constant, extreme, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

interface Product {
  m: number;
  n: number;
  k: number;
  transpose?: 'nn' | 'nt' | 'tn' | 'tt';
  biasRows?: 0 | 1 | 2;
  accumulate?: 0 | 1;
  slice?: number;
  padding?: number;
  shift?: boolean;
  fill?: (shape: readonly number[]) => TensorCase;
  bench?: boolean;
}

function product(name: string, o: Product): KernelCase {
  const {
    m,
    n,
    k,
    transpose = 'nn',
    biasRows = 0,
    accumulate = 0,
    slice = k,
    padding = 0,
    fill = normal,
  } = o;
  const transposeA = transpose[0] === 't' ? 1 : 0;
  const transposeB = transpose[1] === 't' ? 1 : 0;
  const lda = (transposeA ? m : k) + padding;
  const ldb = (transposeB ? k : n) + padding;
  const slices = Math.ceil(k / slice);
  const ldc = n + (slices > 1 ? 0 : padding);
  const place = (t: TensorCase) => (o.shift ? unaligned(t) : t);
  return {
    name: `${name} ${transpose} ${m}x${n}x${k}`,
    sum: k,
    params: {
      m,
      n,
      k,
      lda,
      ldb,
      ldc,
      slice,
      c_slice: slices > 1 ? m * n : 0,
      bias_rows: biasRows,
      accumulate,
      transpose_a: transposeA,
      transpose_b: transposeB,
    },
    tensors: {
      a: place(fill([transposeA ? k : m, lda])),
      b: place(normal([transposeB ? n : k, ldb])),
      bias: normal([Math.max(1, biasRows), n]),
      c: place(accumulate ? normal([slices * m, ldc]) : constant([slices * m, ldc], 7)),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  product('one element', { m: 1, n: 1, k: 1 }),
  product('one row', { m: 1, n: 33, k: 65 }),
  product('one column', { m: 33, n: 1, k: 17, transpose: 'nt' }),
  product('long sum', { m: 3, n: 5, k: 1000, transpose: 'tn' }),
  ...(['nn', 'nt', 'tn', 'tt'] as const).flatMap((transpose) => [
    product('on the tile', { m: 64, n: 64, k: 64, transpose }),
    product('off the tile', { m: 65, n: 33, k: 127, transpose, biasRows: 1 }),
  ]),
  product('two bias rows', { m: 9, n: 12, k: 8, biasRows: 2 }),
  product('added', { m: 33, n: 65, k: 31, accumulate: 1, biasRows: 1 }),
  product('strided', { m: 17, n: 18, k: 19, padding: 5, transpose: 'tn' }),
  product('unaligned views', { m: 10, n: 11, k: 12, shift: true, transpose: 'nt' }),
  product('three slices', { m: 20, n: 40, k: 300, slice: 128, transpose: 'tn' }),
  product('sum over a whole chunk', { m: 7, n: 20, k: 2048, transpose: 'tn' }),
  product('extreme', { m: 8, n: 8, k: 8, fill: extreme }),
  product('large', { m: 64, n: 2048, k: 512, bench: true }),
];
