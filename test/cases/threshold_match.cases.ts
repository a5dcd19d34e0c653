// Cases of rows on the right side of a threshold.
import { constant, integers, type KernelCase, uniform } from './kernel_case.ts';

function rows(M: number, C: number, threshold = 0.5, bench = false): KernelCase {
  return {
    name: `rows ${M}x${C} at ${threshold}`,
    params: { rows: M, columns: C, threshold },
    tensors: { x: uniform([M, C]), targets: integers([M, C], 2), score: constant([M], 9) },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows(1, 1),
  rows(65, 3),
  rows(12, 5, 0.2),
  rows(8192, 4, 0.5, true),
];
