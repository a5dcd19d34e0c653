// Cases of the product by matrices of subgroups: edges, transposes, alignment, slices, column sums, scales.
import type { KernelCase } from './kernel_case.ts';
import { inHalves, product, rounding, transposes } from './matmul_case.ts';

export const cases: readonly KernelCase[] = [
  inHalves(product('one element', { m: 1, n: 1, k: 1, tile: 32 })),
  inHalves(product('one row', { m: 1, n: 33, k: 65, tile: 32 })),
  inHalves(product('one column', { m: 33, n: 1, k: 17, tile: 32, transpose: 'nt' })),
  ...transposes.flatMap((transpose) => [
    inHalves(product('on the tile', { m: 64, n: 96, k: 64, tile: 32, transpose })),
    inHalves(product('off the tile', { m: 65, n: 33, k: 127, tile: 32, transpose, biasRows: 1 })),
    inHalves(product('vec4 off the tile', { m: 36, n: 68, k: 44, tile: 32, transpose, biasRows: 2 })),
  ]),
  inHalves(product('off the tile', { m: 132, n: 72, k: 36, tile: 64, accumulate: 1 })),
  inHalves(product('off the tile', { m: 132, n: 72, k: 36, tile: 64, transpose: 'tt', accumulate: 1 })),
  inHalves(product('off the tile', { m: 132, n: 72, k: 36, tile: 64, transpose: 'nt' })),
  inHalves(product('off the tile', { m: 132, n: 72, k: 36, tile: 64, transpose: 'tn' })),
  ...(['nn', 'nt', 'tn'] as const).map((transpose) =>
    inHalves(product('off the tile', { m: 132, n: 140, k: 70, tile: 128, transpose })),
  ),
  inHalves(product('strided', { m: 17, n: 18, k: 19, tile: 32, padding: 5, transpose: 'tn' })),
  inHalves(product('unaligned views', { m: 10, n: 11, k: 12, tile: 32, shift: 37, transpose: 'nt' })),
  inHalves(product('views at vec4', { m: 12, n: 20, k: 8, tile: 32, shift: 36, transpose: 'tn' })),
  inHalves(
    product('three slices', { m: 20, n: 40, k: 300, tile: 32, slice: 128, transpose: 'tn', biasRows: 1 }),
  ),
  inHalves(product('odd slices', { m: 20, n: 40, k: 50, tile: 32, slice: 21 })),
  inHalves(product('many bands', { m: 600, n: 40, k: 12, tile: 32 })),
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
