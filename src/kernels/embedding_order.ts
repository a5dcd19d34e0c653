// Positions ordered by their ids within blocks: the first half of the order that embedding gradients are summed along.
import wgsl from '../../shaders/embedding_order.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';
import { embeddingMergeKernel } from './embedding_merge.ts';

/**
 * order[f + rank of m] = m and sorted[f + rank of m] = id of m, where f is the first position of the block of m, and the
 * rank counts the positions of the block with a smaller id, or the same id before m.
 *
 * ids [M] u32; sorted, order [M] u32 are written. Ids beyond the vocabulary count as its last one.
 */
export const embeddingOrderKernel = defineKernel({
  name: 'embedding_order',
  wgsl,
  bindings: { ids: 'read u32', sorted: 'write u32', order: 'write u32' },
  params: { rows: 'u32', vocabulary: 'u32', block: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ ids, sorted, order }, p) {
    const idAt = (m: number) => Math.min(ids[m], p.vocabulary - 1);
    for (let m = 0; m < p.rows; m++) {
      const id = idAt(m);
      const first = Math.floor(m / p.block) * p.block;
      const end = Math.min(first + p.block, p.rows);
      let rank = 0;
      for (let i = first; i < m; i++) if (idAt(i) <= id) rank++;
      for (let i = m + 1; i < end; i++) if (idAt(i) < id) rank++;
      order[first + rank] = m;
      sorted[first + rank] = id;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 12 * p.rows }),
});

export interface EmbeddingOrder {
  /** [M] u32: the ids in rising order */
  sorted: Tensor;
  /** [M] u32: the position of each; positions of one id rise */
  order: Tensor;
}

/** Up to so many positions are one block, whose order needs no merging; a GPU compares more in the time of a dispatch. */
const oneBlock = ({ cheapBarriers }: Limits) => (cheapBarriers ? 1024 : 512);

/** Positions of a block: comparing within blocks, and halving in each other block, cost about the same. */
function blockOf(rows: number, limits: Limits): number {
  const one = oneBlock(limits);
  return rows <= one ? one : 2 ** (Math.ceil(Math.log2(rows) / 2) + 1);
}

/** Emits the order of the positions by id; once a plan for the same ids and vocabulary. */
export function embeddingOrder(b: Builder, ids: Tensor, vocabulary: number): EmbeddingOrder {
  const rows = sizeOf(ids.shape);
  const key = `embedding order ${rootOf(ids).id} ${ids.offset} ${rows} ${vocabulary}`;
  return b.once(key, () => {
    const block = blockOf(rows, b.limits);
    const sorted = b.scratch('sorted', [rows], 'u32');
    const order = b.scratch('order', [rows], 'u32');
    b.dispatch(embeddingOrderKernel, { ids, sorted, order }, { rows, vocabulary, block });
    if (block >= rows) return { sorted, order };
    const merged = b.scratch('merged', [rows], 'u32');
    const mergedOrder = b.scratch('merged order', [rows], 'u32');
    const tensors = { sorted, order, merged, merged_order: mergedOrder };
    b.dispatch(embeddingMergeKernel, tensors, { rows, block });
    return { sorted: merged, order: mergedOrder };
  });
}
