// Cases of the transpose.
import { constant, type KernelCase, normal } from './kernel_case.ts';

function transposed(rows: number, cols: number, block: number): KernelCase {
  return {
    name: `${rows}x${cols} blocks of ${block}`,
    params: { rows, cols, block },
    tensors: { source: normal([rows, cols, block]), to: constant([cols, rows, block], 0) },
  };
}

export const cases: readonly KernelCase[] = [
  transposed(1, 1, 1),
  transposed(1, 33, 4),
  transposed(65, 127, 1),
  transposed(33, 33, 4),
  { ...transposed(512, 512, 4), bench: true },
];
