// The gradient of the embedding's table: rows of dy summed by token id, in a fixed order and without atomics.
import wgsl from '../../shaders/embedding_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { expectRank, sizeOf, type Tensor } from '../core/tensor.ts';
import { embeddingLinks } from './embedding_links.ts';

/** No id: `padding` of a table whose rows all have gradients. */
const NO_PADDING = 0xffffffff;

/**
 * dtable[id,:] (+)= Σ dy[m,:] over the positions m with ids[m] = id, for the ids that occur and are not `padding`.
 *
 * ids, previous, last [M] u32 (see embedding_links); dy [M,D]; dtable [V,D]: rows that occur are written or added to.
 */
export const embeddingBackwardKernel = defineKernel({
  name: 'embedding_backward',
  wgsl,
  bindings: {
    ids: 'read u32',
    previous: 'read u32',
    last: 'read u32',
    dy: 'read',
    dtable: 'readwrite',
  },
  params: { rows: 'u32', size: 'u32', vocabulary: 'u32', padding: 'u32', accumulate: 'u32' },
  workgroups: (p) => linearGrid(p.rows * p.size, 64),
  reference({ ids, previous, last, dy, dtable }, p) {
    for (let i = 0; i < p.rows * p.size; i++) {
      let m = Math.floor(i / p.size);
      if (last[m] === 0 || ids[m] === p.padding) continue;
      const col = i % p.size;
      const at = Math.min(ids[m], p.vocabulary - 1) * p.size + col;
      let sum = dy[i];
      while (previous[m] !== m) {
        m = previous[m];
        sum += dy[m * p.size + col];
      }
      dtable[at] = p.accumulate === 1 ? dtable[at] + sum : sum;
    }
  },
  cost: (p) => ({ flops: p.rows * p.size, bytes: 4 * (3 * p.rows + 2 * p.rows * p.size) }),
});

export interface EmbeddingBackwardOptions {
  /** u32, M elements in any shape */
  ids: Tensor;
  /** M·D elements */
  dy: Tensor;
  /** [V, D], written or added to; all of it is defined afterwards */
  dtable: Tensor;
  /** The id whose row gets no gradient, such as 0 for padded batches. */
  padding?: number | undefined;
  accumulate?: 0 | 1;
}

/**
 * Emits dtable (+)= the gradient of `embeddingForward`; its cost does not depend on V, but for clearing dtable.
 * @throws ShapeError when dy has not one row of D elements for each id.
 */
export function embeddingBackward(b: Builder, options: EmbeddingBackwardOptions): void {
  const { ids, dy, dtable, padding = NO_PADDING, accumulate = 0 } = options;
  expectRank(dtable, 2, b.path || 'embedding', '[V, D]');
  const [vocabulary, size] = dtable.shape;
  const rows = sizeOf(ids.shape);
  if (sizeOf(dy.shape) !== rows * size) {
    throw new ShapeError(
      `[${b.path || 'embedding'}] gradients ${show(dy.shape)} of ids ${show(ids.shape)}` +
        ` do not fit a table ${show(dtable.shape)} (${dtable.name})`,
    );
  }
  const { previous, last } = embeddingLinks(b, ids, vocabulary);
  // With accumulate 0 nothing of this run lies in dtable yet; clearing at the start keeps one compute pass whole.
  if (accumulate === 0) b.clear(dtable, 'start');
  b.dispatch(
    embeddingBackwardKernel,
    { ids, previous, last, dy, dtable },
    { rows, size, vocabulary, padding, accumulate },
  );
}
