// The sum over the rows of a matrix: bias gradients.
import wgsl from '../../shaders/column_sum.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';
import { inSlices } from './slices.ts';

/**
 * to[z·cols + col] (+)= sum of source[row·stride + col] over the rows of slice z.
 * The sums of the first `twice` columns of one slice go to to[again + col] as well.
 */
export const columnSumKernel = defineKernel({
  name: 'column_sum',
  wgsl,
  bindings: { source: 'read', to: 'readwrite' },
  params: {
    rows: 'u32',
    cols: 'u32',
    stride: 'u32',
    slice: 'u32',
    accumulate: 'u32',
    twice: 'u32',
    again: 'u32',
    source_offset: 'u32',
    to_offset: 'u32',
  },
  workgroups: (p) => [Math.ceil(p.cols / 64), 1, Math.ceil(p.rows / p.slice)],
  reference({ source, to }, p) {
    for (let z = 0; z * p.slice < p.rows; z++) {
      const last = Math.min((z + 1) * p.slice, p.rows);
      for (let col = 0; col < p.cols; col++) {
        let sum = 0;
        for (let row = z * p.slice; row < last; row++) sum += source[p.source_offset + row * p.stride + col];
        const places = [z * p.cols + col, ...(col < p.twice ? [p.again + col] : [])];
        for (const place of places) {
          const at = p.to_offset + place;
          to[at] = p.accumulate === 1 ? to[at] + sum : sum;
        }
      }
    }
  },
  cost: (p) => ({ flops: p.rows * p.cols, bytes: 4 * (p.rows * p.cols + p.cols) }),
});

export interface ColumnSumOptions {
  /** `rows` rows of `cols` elements, `stride` apart */
  source: Tensor;
  /** [cols] */
  to: Tensor;
  rows: number;
  cols: number;
  stride?: number;
  accumulate?: 0 | 1;
  /** [at most cols], behind `to` in one storage: where the sums of the first columns go as well, written or added likewise */
  again?: Tensor | undefined;
}

/**
 * Emits to[cols] (+)= sum over the rows of source; many rows are summed in slices of a fixed order.
 * @throws ShapeError when `again` has more columns than there are, or does not lie behind `to` in its storage.
 */
export function columnSum(b: Builder, options: ColumnSumOptions): void {
  const { source, to, rows, cols, stride = cols, accumulate = 0, again } = options;
  const twice = again ? sizeOf(again.shape) : 0;
  const distance = again ? again.offset - to.offset : 0;
  if (again && (twice > cols || rootOf(again) !== rootOf(to) || distance < cols)) {
    throw new ShapeError(
      `[${b.path || 'column_sum'}] the sums of ${cols} columns go to ${to.name}, and of ${twice} of them again to` +
        ` ${again.name}, which must lie behind it in one storage`,
    );
  }
  const slice = Math.ceil(rows / slicesFor(b.limits, rows, cols));
  const slices = Math.ceil(rows / slice);
  const sizes = { rows, cols, stride, slice };
  if (slices === 1) {
    const places = again ? b.view(rootOf(to), to.offset, [distance + twice]) : to;
    b.dispatch(columnSumKernel, { source, to: places }, { ...sizes, accumulate, twice, again: distance });
    return;
  }
  const results = [
    { first: 0, rows: 1, cols, to, lines: cols, accumulate },
    ...(again ? [{ first: 0, rows: 1, cols: twice, to: again, lines: twice, accumulate }] : []),
  ];
  inSlices(b, { slices, size: cols, results }, (partial) => {
    b.dispatch(columnSumKernel, { source, to: partial }, { ...sizes, accumulate: 0, twice: 0, again: 0 });
  });
}

/** So many rows are summed in less time than the second dispatch takes. */
const FEW_ROWS = 64;

/** Slices of at least 32 rows that give a GPU enough loads to hide how long each takes. */
export function slicesFor({ cheapBarriers, model }: Limits, rows: number, cols: number): number {
  if (!cheapBarriers || rows <= FEW_ROWS) return 1;
  const threads = model.cores * 4 * (model.registerBytes / 1024);
  return Math.max(1, Math.min(Math.floor(threads / cols), Math.floor(rows / 32), 128));
}
