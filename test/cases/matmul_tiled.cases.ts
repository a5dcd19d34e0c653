// Cases of the tiled product: the smallest tile, which compiles fastest, with everything; the others with each layout that
// layers use, aligned and not, most of them in Node alone, since a software adapter takes seconds to compile the largest.
import { extreme, type KernelCase } from './kernel_case.ts';
import { product, transposes } from './matmul_case.ts';

export const cases: readonly KernelCase[] = [
  product('one element', { m: 1, n: 1, k: 1, tile: 32 }),
  product('one row', { m: 1, n: 33, k: 65, tile: 32 }),
  product('one column', { m: 33, n: 1, k: 17, tile: 32, transpose: 'nt' }),
  product('long sum', { m: 3, n: 5, k: 1000, tile: 32, transpose: 'tn' }),
  ...transposes.flatMap((transpose) => [
    product('on the tile', { m: 64, n: 96, k: 64, tile: 32, transpose }),
    product('off the tile', { m: 65, n: 33, k: 127, tile: 32, transpose, biasRows: 1 }),
    product('vec4 off the tile', { m: 36, n: 68, k: 44, tile: 32, transpose, biasRows: 2 }),
  ]),
  product('off the tile', { m: 132, n: 72, k: 36, tile: 64, accumulate: 1 }),
  product('off the tile', { m: 132, n: 72, k: 36, tile: 64, transpose: 'nt', accumulate: 1 }),
  product('off the tile', { m: 132, n: 68, k: 20, tile: 128 }),
  ...([64, 128] as const).flatMap((tile) => {
    const m = tile + 2;
    return [
      product('vec4 off the tile', { m: m + 2, n: 68, k: 20, tile, transpose: 'nt', nodeOnly: true }),
      product('vec4 off the tile', { m: m + 2, n: 68, k: 20, tile, transpose: 'tn', nodeOnly: true }),
      product('off the tile', { m, n: 67, k: 18, tile, biasRows: 1, nodeOnly: true }),
      product('off the tile', { m, n: 67, k: 18, tile, transpose: 'nt', biasRows: 2, nodeOnly: true }),
      product('off the tile', { m, n: 67, k: 18, tile, transpose: 'tn', accumulate: 1, nodeOnly: true }),
      product('odd column sums', { m, n: 67, k: 18, tile, transpose: 'tn', sums: 1, nodeOnly: true }),
    ];
  }),
  product('two bias rows', { m: 9, n: 12, k: 8, tile: 32, biasRows: 2 }),
  product('added', { m: 33, n: 65, k: 31, tile: 32, accumulate: 1, biasRows: 1 }),
  product('strided', { m: 17, n: 18, k: 19, tile: 32, padding: 5, transpose: 'tn' }),
  product('strided vec4', { m: 16, n: 20, k: 18, tile: 32, padding: 2, transpose: 'nn' }),
  product('unaligned views', { m: 10, n: 11, k: 12, tile: 32, shift: 37, transpose: 'nt' }),
  product('views at vec4', { m: 12, n: 20, k: 8, tile: 32, shift: 36, transpose: 'tn' }),
  product('three slices', { m: 20, n: 40, k: 300, tile: 32, slice: 128, transpose: 'tn', biasRows: 1 }),
  product('odd slices', { m: 20, n: 40, k: 50, tile: 32, slice: 21 }),
  product('many bands', { m: 600, n: 40, k: 12, tile: 32 }),
  product('sum over a whole chunk', { m: 7, n: 20, k: 2048, tile: 32, transpose: 'tn' }),
  product('column sums', { m: 65, n: 37, k: 70, tile: 32, transpose: 'tn', sums: 1 }),
  product('column sums of slices', { m: 40, n: 72, k: 300, tile: 32, transpose: 'tn', slice: 128, sums: 1 }),
  product('column sums added', { m: 12, n: 36, k: 21, tile: 32, transpose: 'tn', sums: 2, shift: 36 }),
  product('column sums', { m: 72, n: 68, k: 37, tile: 64, transpose: 'tn', sums: 2 }),
  product('column sums', { m: 140, n: 132, k: 52, tile: 128, transpose: 'tn', sums: 2, accumulate: 1 }),
  product('extreme', { m: 8, n: 8, k: 8, tile: 32, fill: extreme }),
  product('large', { m: 64, n: 2048, k: 512, tile: 64, bench: true }),
];
