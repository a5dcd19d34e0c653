// The transposed copy of the recurrent weights, made once a chunk for the backward recurrence.
import wgsl from '../../shaders/transpose.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/** to[col,row,:] = source[row,col,:]. */
export const transposeKernel = defineKernel({
  name: 'transpose',
  wgsl,
  bindings: { source: 'read', to: 'write' },
  params: { rows: 'u32', cols: 'u32', block: 'u32' },
  workgroups: (p) => linearGrid(p.rows * p.cols * p.block, 64),
  reference({ source, to }, p) {
    for (let i = 0; i < p.rows * p.cols * p.block; i++) {
      const element = i % p.block;
      const row = Math.floor(i / p.block) % p.rows;
      const col = Math.floor(i / p.block / p.rows);
      to[i] = source[(row * p.cols + col) * p.block + element];
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.rows * p.cols * p.block }),
});

/** Emits the transpose of source [rows, cols, block], once a plan, and returns it, [cols, rows, block]. */
export function transpose(b: Builder, source: Tensor, rows: number, cols: number, block = 1): Tensor {
  return b.once(`transpose ${source.id} ${rows}x${cols}x${block}`, () => {
    const to = b.scratch(`${source.name} transposed`, [cols, rows * block]);
    b.dispatch(transposeKernel, { source, to }, { rows, cols, block });
    return to;
  });
}
