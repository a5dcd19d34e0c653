// Means and squares of columns, in slices, for batch normalization.
import wgsl from '../../shaders/column_moments.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { slicesFor } from './column_sum.ts';
import { nothing } from './nothing.ts';

/**
 * moments[z] [3,cols] = of each column, over the rows of slice z that count: how many, their mean, and Σ (x - mean)².
 *
 * x [rows,cols]; where masked is 1, row r counts when mask[r / repeats] is not 0.
 */
export const columnMomentsKernel = defineKernel({
  name: 'column_moments',
  wgsl,
  bindings: { x: 'read', mask: 'read u32', moments: 'write' },
  params: { rows: 'u32', cols: 'u32', slice: 'u32', masked: 'u32', repeats: 'u32', x_offset: 'u32' },
  workgroups: (p) => [Math.ceil(p.cols / 64), 1, Math.ceil(p.rows / p.slice)],
  reference({ x, mask, moments }, p) {
    const counts = (row: number) => p.masked === 0 || mask[Math.floor(row / p.repeats)] !== 0;
    for (let z = 0; z * p.slice < p.rows; z++) {
      const first = z * p.slice;
      const last = Math.min(first + p.slice, p.rows);
      for (let col = 0; col < p.cols; col++) {
        let count = 0;
        let sum = 0;
        for (let row = first; row < last; row++) {
          if (!counts(row)) continue;
          count++;
          sum += x[p.x_offset + row * p.cols + col];
        }
        const mean = sum / Math.max(count, 1);
        let squares = 0;
        for (let row = first; row < last; row++) {
          if (counts(row)) squares += (x[p.x_offset + row * p.cols + col] - mean) ** 2;
        }
        const at = z * 3 * p.cols + col;
        moments[at] = count;
        moments[at + p.cols] = mean;
        moments[at + 2 * p.cols] = squares;
      }
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.cols, bytes: 4 * p.rows * p.cols }),
});

/** Emits the moments of the columns of x [...,cols] and returns them, [slices,3,cols]. */
export function columnMoments(b: Builder, x: Tensor, cols: number, mask: Tensor | undefined): Tensor {
  const rows = sizeOf(x.shape) / cols;
  const slice = Math.ceil(rows / slicesFor(b.limits, rows, cols));
  const moments = b.scratch('moments', [Math.ceil(rows / slice), 3, cols]);
  b.dispatch(
    columnMomentsKernel,
    { x, mask: mask ?? nothing(b, 'u32'), moments },
    { rows, cols, slice, masked: mask ? 1 : 0, repeats: mask ? rows / sizeOf(mask.shape) : 1 },
  );
  return moments;
}
