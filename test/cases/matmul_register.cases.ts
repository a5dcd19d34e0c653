// Cases of the product in registers: every transpose and tile, sizes on and off the tile, slices, bias, strides, views.
import { extreme, type KernelCase } from './kernel_case.ts';
import { product, transposes } from './matmul_case.ts';

export const cases: readonly KernelCase[] = [
  product('one element', { m: 1, n: 1, k: 1, tile: 1 }),
  product('one row', { m: 1, n: 33, k: 65, tile: 1 }),
  product('one column', { m: 33, n: 1, k: 17, tile: 8, transpose: 'nt' }),
  product('long sum', { m: 3, n: 5, k: 1000, tile: 1, transpose: 'tn' }),
  ...transposes.flatMap((transpose) => [
    product('on the tile', { m: 64, n: 64, k: 64, tile: 16, transpose }),
    product('off the tile', { m: 65, n: 33, k: 127, tile: 8, transpose, biasRows: 1 }),
    product('off the tile', { m: 50, n: 36, k: 21, tile: 16, transpose, accumulate: 1, biasRows: 2 }),
  ]),
  product('scalar', { m: 33, n: 35, k: 9, tile: 16, biasRows: 1 }),
  product('few rows', { m: 5, n: 36, k: 21, tile: 1, accumulate: 1, biasRows: 1 }),
  product('few rows', { m: 5, n: 36, k: 21, tile: 1, transpose: 'nt', biasRows: 2 }),
  product('vec4 of c alone', { m: 34, n: 36, k: 21, tile: 8, transpose: 'nt' }),
  product('two bias rows', { m: 9, n: 12, k: 8, tile: 8, biasRows: 2 }),
  product('added', { m: 33, n: 65, k: 31, tile: 8, accumulate: 1, biasRows: 1 }),
  product('strided', { m: 17, n: 18, k: 19, tile: 8, padding: 5, transpose: 'tn' }),
  product('unaligned views', { m: 10, n: 11, k: 12, tile: 8, shift: 37, transpose: 'nt' }),
  product('three slices', { m: 20, n: 40, k: 300, tile: 8, slice: 128, transpose: 'tn', biasRows: 1 }),
  product('extreme', { m: 8, n: 8, k: 8, tile: 8, fill: extreme }),
  product('large', { m: 64, n: 2048, k: 512, tile: 16, bench: true }),
];
