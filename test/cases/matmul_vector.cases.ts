// Cases of the product of few rows: one row and four, b as it is and transposed, aligned and not.
import { extreme, type KernelCase } from './kernel_case.ts';
import { product, transposes } from './matmul_case.ts';

export const cases: readonly KernelCase[] = [
  product('one element', { m: 1, n: 1, k: 1, tile: 1 }),
  ...([1, 4] as const).flatMap((tile) =>
    transposes.flatMap((transpose) => [
      product('off the tile', { m: 5, n: 37, k: 127, tile, transpose, biasRows: 1 }),
      product('vec4 off the tile', { m: 3, n: 68, k: 44, tile, transpose }),
    ]),
  ),
  ...([1, 4] as const).flatMap((tile) => [
    product('vec4 of b alone', { m: 3, n: 37, k: 44, tile, transpose: 'nt', biasRows: 2 }),
    product('vec4 of c alone', { m: 3, n: 68, k: 43, tile, transpose: 'nt' }),
  ]),
  product('strided', { m: 2, n: 18, k: 19, tile: 4, padding: 5, transpose: 'tn', accumulate: 1 }),
  product('added', { m: 1, n: 64, k: 31, tile: 1, accumulate: 1, biasRows: 2 }),
  product('unaligned views', { m: 4, n: 11, k: 12, tile: 4, shift: 37, transpose: 'nt' }),
  product('three slices', { m: 1, n: 40, k: 300, tile: 1, slice: 128, biasRows: 1 }),
  product('extreme', { m: 1, n: 8, k: 8, tile: 1, fill: extreme }),
  product('large', { m: 1, n: 2048, k: 512, tile: 1, bench: true }),
];
