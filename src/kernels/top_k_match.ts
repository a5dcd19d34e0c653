// Whether the label of a row is among its k largest scores.
import wgsl from '../../shaders/top_k_match.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';

/**
 * score[row] = 1 where fewer than k elements of x[row] are larger than x[row, label], else 0; with `first` 1, equal ones
 * before the label count too. x [M,C], labels [M] u32, score [M]; a label outside of [0,C) scores 0.
 */
export const topKMatchKernel = defineKernel({
  name: 'top_k_match',
  wgsl,
  bindings: { x: 'read', labels: 'read u32', score: 'write' },
  params: { rows: 'u32', columns: 'u32', k: 'u32', first: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, labels, score }, p) {
    for (let row = 0; row < p.rows; row++) {
      const label = labels[row];
      const own = x[row * p.columns + Math.min(label, p.columns - 1)];
      let larger = 0;
      for (let column = 0; column < p.columns; column++) {
        const other = x[row * p.columns + column];
        if (other > own || (p.first === 1 && other === own && column < label)) larger++;
      }
      score[row] = label < p.columns && larger < p.k ? 1 : 0;
    }
  },
  cost: (p) => ({ flops: p.rows * p.columns, bytes: 4 * p.rows * (p.columns + 2) }),
});

export interface TopKMatchOptions {
  /** [M,C] */
  x: Tensor;
  /** [M] u32 */
  labels: Tensor;
  /** [M], written */
  score: Tensor;
  rows: number;
  columns: number;
  k: number;
  /** Whether, of equal scores, those before the label rank above it; default 0. */
  first?: 0 | 1;
}

/** Emits whether labels are among the k largest. */
export function topKMatch(b: Builder, options: TopKMatchOptions): void {
  const { x, labels, score, first = 0, ...sizes } = options;
  b.dispatch(topKMatchKernel, { x, labels, score }, { ...sizes, first });
}
