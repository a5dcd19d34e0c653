// The order of all positions by their ids, from the orders of blocks.
import wgsl from '../../shaders/embedding_merge.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/**
 * merged[rank] = sorted[at] and merged_order[rank] = order[at], where the rank of place `at` counts the ids that come
 * before: in its block, the smaller or equal ones of blocks before, and the smaller ones of blocks after it.
 *
 * sorted, order [M] u32, rising in each block (embedding_order); merged, merged_order [M] u32 are written.
 */
export const embeddingMergeKernel = defineKernel({
  name: 'embedding_merge',
  wgsl,
  bindings: {
    sorted: 'read u32',
    order: 'read u32',
    merged: 'write u32',
    merged_order: 'write u32',
  },
  params: { rows: 'u32', block: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ sorted, order, merged, merged_order }, p) {
    const countBelow = (first: number, bound: number) => {
      let low = first;
      let high = Math.min(first + p.block, p.rows);
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (sorted[middle] < bound) low = middle + 1;
        else high = middle;
      }
      return low - first;
    };
    for (let at = 0; at < p.rows; at++) {
      const id = sorted[at];
      const own = Math.floor(at / p.block) * p.block;
      let rank = at - own;
      for (let first = 0; first < own; first += p.block) rank += countBelow(first, id + 1);
      for (let first = own + p.block; first < p.rows; first += p.block) rank += countBelow(first, id);
      merged[rank] = id;
      merged_order[rank] = order[at];
    }
  },
  cost: (p) => ({ flops: 0, bytes: 16 * p.rows }),
});
