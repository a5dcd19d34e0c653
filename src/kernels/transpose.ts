// The transposed copy of the recurrent weights, made once a chunk for the backward recurrence.
import wgsl from '../../shaders/transpose.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/** to[m,col,row,:] = source[m,row,col,:] for each of `matrices`. */
export const transposeKernel = defineKernel({
  name: 'transpose',
  wgsl,
  bindings: { source: 'read', to: 'write' },
  params: { rows: 'u32', cols: 'u32', block: 'u32', matrices: 'u32' },
  workgroups: (p) => linearGrid(p.matrices * p.rows * p.cols * p.block, 64),
  reference({ source, to }, p) {
    for (let i = 0; i < p.matrices * p.rows * p.cols * p.block; i++) {
      const element = i % p.block;
      const row = Math.floor(i / p.block) % p.rows;
      const col = Math.floor(i / p.block / p.rows) % p.cols;
      const matrix = Math.floor(i / p.block / p.rows / p.cols);
      to[i] = source[((matrix * p.rows + row) * p.cols + col) * p.block + element];
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.matrices * p.rows * p.cols * p.block }),
});

export interface Transposed {
  rows: number;
  cols: number;
  /** Elements that stay side by side; default 1. */
  block?: number;
  /** How many matrices lie one after the other; default 1. */
  matrices?: number;
}

/** Emits the transposes of source [matrices, rows, cols, block], once a plan, and returns them, [matrices, cols, rows, block]. */
export function transpose(
  b: Builder,
  source: Tensor,
  { rows, cols, block = 1, matrices = 1 }: Transposed,
): Tensor {
  return b.once(`transpose ${source.id} ${matrices}x${rows}x${cols}x${block}`, () => {
    const to = b.scratch(`${source.name} transposed`, [matrices * cols, rows * block]);
    b.dispatch(transposeKernel, { source, to }, { rows, cols, block, matrices });
    return to;
  });
}
