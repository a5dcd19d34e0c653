// Adds the slices of several products and column sums in one dispatch.
import wgsl from '../../shaders/sum_products.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/** One sum of slices, by elements of the two storages. */
export interface SumPart {
  /** First element of the first slice, and elements from one slice to the next. */
  readonly sourceAt: number;
  readonly slice: number;
  readonly slices: number;
  /** Written or added to: `rows` rows of `cols` elements, `lines` apart, from `toAt` on. */
  readonly toAt: number;
  readonly rows: number;
  readonly cols: number;
  readonly lines: number;
  readonly accumulate: 0 | 1;
}

/** Numbers of one part in the table. */
const WIDTH = 9;

/** The table that the kernel reads, and how many workgroups the parts take. */
export function tableOf(parts: readonly SumPart[]): { table: number[]; groups: number } {
  const table: number[] = [];
  let groups = 0;
  for (const { sourceAt, slice, slices, toAt, rows, cols, lines, accumulate } of parts) {
    table.push(groups, sourceAt, slice, slices, rows * cols, cols, toAt, lines, accumulate);
    groups += Math.ceil((rows * cols) / 64);
  }
  return { table, groups };
}

/**
 * For each of `count` parts, to[toAt + row·lines + col] (+)= sum over s of source[sourceAt + s·slice + row·cols + col].
 *
 * parts [count, 9] u32, as `tableOf` makes it: parts in the order of their workgroups.
 */
export const sumProductsKernel = defineKernel({
  name: 'sum_products',
  wgsl,
  bindings: { parts: 'read u32', source: 'read', to: 'readwrite' },
  params: { count: 'u32', groups: 'u32' },
  workgroups: (p) => linearGrid(p.groups, 1),
  reference({ parts, source, to }, p) {
    for (let part = 0; part < p.count; part++) {
      const [, sourceAt, slice, slices, size, cols, toAt, lines, accumulate] = parts.subarray(WIDTH * part);
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let s = 0; s < slices; s++) sum += source[sourceAt + s * slice + i];
        const at = toAt + Math.floor(i / cols) * lines + (i % cols);
        to[at] = accumulate === 1 ? to[at] + sum : sum;
      }
    }
  },
});
