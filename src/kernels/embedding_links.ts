// Links between the positions of equal ids: what embedding gradients walk along.
import wgsl from '../../shaders/embedding_links.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';

/**
 * previous[m] = the largest m' < m with the id of m, else m;  last[m] = 1 where no later position has it, else 0.
 *
 * ids [M] u32; previous, last [M] u32 are written. Ids beyond the vocabulary count as its last one.
 */
export const embeddingLinksKernel = defineKernel({
  name: 'embedding_links',
  wgsl,
  bindings: { ids: 'read u32', previous: 'write u32', last: 'write u32' },
  params: { rows: 'u32', vocabulary: 'u32' },
  workgroups: (p) => linearGrid(p.rows, 64),
  reference({ ids, previous, last }, p) {
    const highest = p.vocabulary - 1;
    for (let m = 0; m < p.rows; m++) {
      const id = Math.min(ids[m], highest);
      let link = m;
      for (let i = m; i > 0; i--) {
        if (Math.min(ids[i - 1], highest) === id) {
          link = i - 1;
          break;
        }
      }
      previous[m] = link;
      let isLast = 1;
      for (let i = m + 1; i < p.rows; i++) {
        if (Math.min(ids[i], highest) === id) {
          isLast = 0;
          break;
        }
      }
      last[m] = isLast;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 12 * p.rows }),
});

export interface EmbeddingLinks {
  /** [M] u32: the position before with the same id, or the position itself */
  previous: Tensor;
  /** [M] u32: 1 where no later position has the id */
  last: Tensor;
}

/** Emits the links between equal ids; once a plan for the same ids and vocabulary. */
export function embeddingLinks(b: Builder, ids: Tensor, vocabulary: number): EmbeddingLinks {
  const rows = sizeOf(ids.shape);
  const key = `embedding links ${rootOf(ids).id} ${ids.offset} ${rows} ${vocabulary}`;
  return b.once(key, () => {
    const previous = b.scratch('previous', [rows], 'u32');
    const last = b.scratch('last', [rows], 'u32');
    b.dispatch(embeddingLinksKernel, { ids, previous, last }, { rows, vocabulary });
    return { previous, last };
  });
}
