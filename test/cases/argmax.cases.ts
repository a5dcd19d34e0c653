// Cases of the largest element of rows: ties, and sizes off the workgroup.
import { constant, integers, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

function rows(name: string, M: number, C: number, x: TensorCase = normal([M, C]), bench = false): KernelCase {
  return {
    name: `${name} ${M}x${C}`,
    params: { rows: M, columns: C },
    tensors: { x, y: constant([M], 9) },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', 1, 1),
  rows('plain', 33, 5),
  rows('plain', 65, 130),
  rows('ties', 40, 70, integers([40, 70], 3)),
  rows('all equal', 3, 70, constant([3, 70], -2)),
  rows('large', 512, 1000, normal([512, 1000]), true),
];
