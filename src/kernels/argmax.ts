// The class that a row of scores is for.
import wgsl from '../../shaders/argmax.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';

/** y[row] = the first column of the largest element of x[row]; x [M,C], y [M] u32. */
export const argmaxKernel = defineKernel({
  name: 'argmax',
  wgsl,
  bindings: { x: 'read', y: 'write u32' },
  params: { rows: 'u32', columns: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, y }, p) {
    for (let row = 0; row < p.rows; row++) {
      let best = 0;
      for (let column = 1; column < p.columns; column++) {
        if (x[row * p.columns + column] > x[row * p.columns + best]) best = column;
      }
      y[row] = best;
    }
  },
  cost: (p) => ({ flops: p.rows * p.columns, bytes: 4 * p.rows * (p.columns + 1) }),
});

/** Emits y = argmax(x) over the last axis: x [M,C], y [M] u32. */
export function argmax(
  b: Builder,
  { x, y, rows, columns }: { x: Tensor; y: Tensor; rows: number; columns: number },
): void {
  if (columns >= 2 ** 24) throw new ShapeError(`[${b.path}/argmax] takes rows below 2^24, got ${columns}`);
  b.dispatch(argmaxKernel, { x, y }, { rows, columns });
}
