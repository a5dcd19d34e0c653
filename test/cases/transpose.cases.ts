// Cases of the transpose.
import { constant, type KernelCase, normal } from './kernel_case.ts';

function transposed(rows: number, cols: number, block: number, matrices = 1): KernelCase {
  return {
    name: `${matrices === 1 ? '' : `${matrices} of `}${rows}x${cols} blocks of ${block}`,
    params: { rows, cols, block, matrices },
    tensors: {
      source: normal([matrices, rows, cols, block]),
      to: constant([matrices, cols, rows, block], 0),
    },
  };
}

export const cases: readonly KernelCase[] = [
  transposed(1, 1, 1),
  transposed(1, 33, 4),
  transposed(65, 127, 1),
  transposed(33, 33, 4),
  transposed(9, 7, 1, 2),
  transposed(5, 3, 4, 3),
  { ...transposed(512, 512, 4), bench: true },
];
