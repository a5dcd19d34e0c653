// Cases of the tiled product in halves. What is loaded and stored is shared with the product in f32: here are the tiles,
// the column sums, which lie elsewhere, and the scales.
import type { KernelCase } from './kernel_case.ts';
import { inHalves, product, rounding, transposes } from './matmul_case.ts';

export const cases: readonly KernelCase[] = [
  ...transposes.map((transpose) =>
    inHalves(product('off the tile', { m: 65, n: 33, k: 127, tile: 32, transpose, biasRows: 1 })),
  ),
  inHalves(product('one element', { m: 1, n: 1, k: 1, tile: 32, accumulate: 1 })),
  inHalves(product('off the tile', { m: 132, n: 72, k: 36, tile: 64, accumulate: 1 })),
  inHalves(product('off the tile', { m: 132, n: 68, k: 20, tile: 128, transpose: 'nt' })),
  inHalves(product('three slices', { m: 20, n: 40, k: 300, tile: 32, slice: 128, transpose: 'tn' })),
  inHalves(product('column sums', { m: 65, n: 37, k: 70, tile: 32, transpose: 'tn', sums: 1 })),
  inHalves(
    product('sums of slices', { m: 40, n: 72, k: 300, tile: 64, transpose: 'tn', slice: 128, sums: 1 }),
  ),
  inHalves(
    product('column sums', { m: 140, n: 132, k: 52, tile: 128, transpose: 'tn', sums: 2, accumulate: 1 }),
  ),
  inHalves(product('gradients', { m: 33, n: 36, k: 70, tile: 32, transpose: 'tn', sums: 1 }), { b: 1e-6 }),
  inHalves(product('gradients', { m: 33, n: 36, k: 70, tile: 32, transpose: 'nt' }), { a: 1e-6 }),
  rounding(product('any numbers', { m: 70, n: 36, k: 300, tile: 32 })),
  inHalves(product('large', { m: 64, n: 2048, k: 512, tile: 64, bench: true })),
];
