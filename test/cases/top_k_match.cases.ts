// Cases of labels among the k largest: ties, labels that are none, sizes off the workgroup.
import { constant, integers, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

interface Rows {
  M: number;
  C: number;
  k?: number;
  first?: 0 | 1;
  x?: TensorCase;
  bench?: boolean;
}

function rows(name: string, { M, C, k = 1, first = 0, x = normal([M, C]), bench = false }: Rows): KernelCase {
  return {
    name: `${name} ${M}x${C}`,
    params: { rows: M, columns: C, k, first },
    // One label in C + 1 is out of range.
    tensors: { x, labels: integers([M], C + 1), score: constant([M], 9) },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1, C: 1 }),
  rows('first', { M: 65, C: 4, first: 1 }),
  rows('three', { M: 33, C: 7, k: 3 }),
  rows('more than there are', { M: 12, C: 3, k: 5 }),
  rows('ties', { M: 65, C: 6, k: 2, x: integers([65, 6], 3) }),
  rows('first of ties', { M: 65, C: 6, first: 1, x: integers([65, 6], 3) }),
  rows('wide', { M: 12, C: 130, k: 40 }),
  rows('large', { M: 512, C: 1000, k: 5, bench: true }),
];
