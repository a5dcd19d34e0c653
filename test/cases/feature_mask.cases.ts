// Cases of masks out of features: rows that are the value throughout, nearly, and not at all.
import { constant, exactly, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function masked(name: string, x: TensorCase, value: number): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}`,
    params: { rows, cols, value },
    tensors: { x, mask: constant([rows], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  masked('one', constant([1, 1], 0), 0),
  masked('some rows', exactly([7, 3], [0, 0, 0, 0, 2, 0, 1, 1, 1, -0, 0, -0, 0, 0]), 0),
  masked('minus one', exactly([65, 2], [-1, -1, -1, 0, 3, -1, 5, 5, -1, -1]), -1),
  masked('unaligned', unaligned(exactly([9, 4], [0, 0, 0, 0, 1])), 0),
  { ...masked('large', normal([8192, 128]), 0), bench: true },
];
