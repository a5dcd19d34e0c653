// Adds partial results in a fixed order: the second half of split matrix products and column sums.
import wgsl from '../../shaders/sum_slices.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** to[row·stride + col] (+)= sum over s of source[s,row,col]. */
export const sumSlicesKernel = defineKernel({
  name: 'sum_slices',
  wgsl,
  bindings: { source: 'read', to: 'readwrite' },
  params: {
    rows: 'u32',
    cols: 'u32',
    stride: 'u32',
    slices: 'u32',
    accumulate: 'u32',
    source_offset: 'u32',
    to_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.rows * p.cols, 64),
  reference({ source, to }, p) {
    const size = p.rows * p.cols;
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let s = 0; s < p.slices; s++) sum += source[p.source_offset + s * size + i];
      const at = p.to_offset + Math.floor(i / p.cols) * p.stride + (i % p.cols);
      to[at] = p.accumulate === 1 ? to[at] + sum : sum;
    }
  },
  cost: (p) => ({ flops: p.rows * p.cols * p.slices, bytes: 4 * p.rows * p.cols * (p.slices + 1) }),
});

export interface SumSlicesOptions {
  /** [slices, rows, cols] */
  source: Tensor;
  /** rows of `cols` elements, `stride` apart */
  to: Tensor;
  slices: number;
  rows: number;
  cols: number;
  stride?: number;
  accumulate?: 0 | 1;
}

/** Emits the sum of slices. */
export function sumSlices(b: Builder, options: SumSlicesOptions): void {
  const { source, to, slices, rows, cols, stride = cols, accumulate = 0 } = options;
  b.dispatch(sumSlicesKernel, { source, to }, { rows, cols, stride, slices, accumulate });
}

/** Emits to += source, for tensors of equal size. */
export function addInto(b: Builder, source: Tensor, to: Tensor): void {
  const cols = sizeOf(source.shape);
  sumSlices(b, { source, to, slices: 1, rows: 1, cols, accumulate: 1 });
}
