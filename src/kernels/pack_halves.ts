// Weights rounded to f16, two in a u32: half the bytes for kernels that read them again in every time step.
import wgsl from '../../shaders/pack_halves.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { halfBits, halfValue } from '../core/halves.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * to[block,i,col] = halves of source[block,2i,col] (low bits) and source[block,2i+1,col] (high bits), 0 past the last row.
 *
 * Rounds to nearest, ties to even; numbers above 65504 become infinity. source [blocks,rows,cols],
 * to [blocks,ceil(rows/2),cols].
 */
export const packHalvesKernel = defineKernel({
  name: 'pack_halves',
  wgsl,
  bindings: { source: 'read', to: 'write u32' },
  params: { blocks: 'u32', rows: 'u32', cols: 'u32' },
  workgroups: (p) => linearGrid(p.blocks * Math.ceil(p.rows / 2) * p.cols, 64),
  reference({ source, to }, p) {
    const pairs = Math.ceil(p.rows / 2);
    for (let i = 0; i < p.blocks * pairs * p.cols; i++) {
      const col = i % p.cols;
      const row = 2 * (Math.floor(i / p.cols) % pairs);
      const block = Math.floor(i / p.cols / pairs);
      const from = (block * p.rows + row) * p.cols + col;
      const high = row + 1 < p.rows ? halfBits(source[from + p.cols]) : 0;
      to[i] = halfBits(source[from]) + 65536 * high;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 6 * p.blocks * p.rows * p.cols }),
});

/** Emits the packing of source [blocks,rows,cols] and returns the packed tensor. */
export function packHalves(b: Builder, source: Tensor, blocks: number, rows: number, cols: number): Tensor {
  const to = b.scratch(`${source.name} in f16`, [blocks, Math.ceil(rows / 2), cols], 'u32');
  b.dispatch(packHalvesKernel, { source, to }, { blocks, rows, cols });
  return to;
}

/** The numbers of packed halves [blocks,ceil(rows/2),cols], as [blocks,rows,cols]. */
export function unpackHalves(packed: Uint32Array, blocks: number, rows: number): Float64Array {
  const pairs = Math.ceil(rows / 2);
  const cols = packed.length / (blocks * pairs);
  return Float64Array.from({ length: blocks * rows * cols }, (_, i) => {
    const col = i % cols;
    const row = Math.floor(i / cols) % rows;
    const block = Math.floor(i / cols / rows);
    const word = packed[(block * pairs + (row >> 1)) * cols + col];
    return halfValue(row % 2 === 0 ? word & 0xffff : word >>> 16);
  });
}
