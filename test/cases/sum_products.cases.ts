// Cases of several sums of slices in one dispatch: one part, parts with a row of their own, strided parts side by side.
import { type SumPart, tableOf } from '../../src/kernels/sum_products.ts';
import { constant, exactly, type KernelCase, normal } from './kernel_case.ts';

function sums(
  name: string,
  parts: readonly SumPart[],
  source: number,
  to: number,
  bench = false,
): KernelCase {
  const { table, groups } = tableOf(parts);
  const adds = parts.some((part) => part.accumulate === 1);
  return {
    name,
    sum: Math.max(...parts.map((part) => part.slices)),
    params: { count: parts.length, groups },
    tensors: {
      parts: exactly([table.length], table),
      source: normal([source]),
      to: adds ? normal([to]) : constant([to], 3),
    },
    ...(bench && { bench }),
  };
}

/** A product of `rows` rows and the sums of its columns, in slices from `sourceAt` on. */
function product(rows: number, cols: number, slices: number, sourceAt: number, toAt: number): SumPart[] {
  const common = { slice: (rows + 1) * cols, slices, cols, lines: cols, accumulate: 0 } as const;
  const sumsAt = rows * cols;
  return [
    { ...common, sourceAt, rows, toAt },
    { ...common, sourceAt: sourceAt + sumsAt, rows: 1, toAt: toAt + sumsAt + 5 },
  ];
}

const strided = { slice: 200, slices: 3, rows: 10, lines: 30 };

export const cases: readonly KernelCase[] = [
  sums('one part', [product(7, 9, 4, 0, 0)[0]], 400, 100),
  sums('a product and its column sums', product(33, 20, 5, 64, 3), 4000, 800),
  sums(
    'side by side, added to',
    [
      { ...strided, cols: 20, sourceAt: 0, toAt: 7, accumulate: 1 },
      { ...strided, cols: 10, sourceAt: 640, toAt: 27, accumulate: 0 },
    ],
    1400,
    320,
  ),
  sums('a workgroup exactly', [...product(7, 64, 2, 0, 0), ...product(8, 8, 3, 1024, 600)], 1300, 700),
  sums(
    'large',
    [...product(256, 1024, 8, 0, 0), ...product(64, 1024, 4, 2_200_000, 300_000)],
    2_500_000,
    400_000,
    true,
  ),
];
