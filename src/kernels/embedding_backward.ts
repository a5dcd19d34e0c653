// The gradient of the embedding's table: rows of dy summed by token id, in a fixed order and without atomics.
import wgsl from '../../shaders/embedding_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import { expectRank, sizeOf, type Tensor } from '../core/tensor.ts';
import { embeddingEdgesKernel } from './embedding_edges.ts';
import { embeddingOrder } from './embedding_order.ts';
import { nothing } from './nothing.ts';

/** No id: `padding` of a table whose rows all have gradients. */
const NO_PADDING = 0xffffffff;

/**
 * Positions of a segment, which one thread adds one after the other: so many that every core has threads, but no more
 * than are waited for gladly, and no fewer than are worth an edge.
 */
export function segmentOf(rows: number, size: number, { model }: Limits): number {
  const threads = model.cores * (model.registerBytes / 1024);
  return Math.max(8, Math.min(2 ** Math.floor(Math.log2(Math.max(1, (rows * size) / threads))), 32));
}

/**
 * dtable[id,:] (+)= Σ dy[m,:] over the positions m of each id, but `padding`, that all lie in one segment of the order.
 *
 * sorted, order [M] u32 (embedding_order); dy [M,D]; dtable [V,D]: rows of such ids are written or added to. edges [S,2,D]:
 * for each segment of `segment` positions the sums of the run that began before it, and of the one that goes on after it.
 */
export const embeddingBackwardKernel = defineKernel({
  name: 'embedding_backward',
  wgsl,
  bindings: { sorted: 'read u32', order: 'read u32', dy: 'read', edges: 'write', dtable: 'readwrite' },
  params: {
    rows: 'u32',
    size: 'u32',
    padding: 'u32',
    accumulate: 'u32',
    segment: 'u32',
  },
  workgroups: (p) => linearGrid(Math.ceil(p.rows / p.segment) * p.size, 64),
  reference({ sorted, order, dy, edges, dtable }, p) {
    const segments = Math.ceil(p.rows / p.segment);
    for (let i = 0; i < segments * p.size; i++) {
      const segment = Math.floor(i / p.size);
      const col = i % p.size;
      const end = Math.min((segment + 1) * p.segment, p.rows);
      let at = segment * p.segment;
      while (at < end) {
        const first = at;
        const id = sorted[at];
        let sum = 0;
        for (; at < end && sorted[at] === id; at++) sum += dy[order[at] * p.size + col];
        const row = id * p.size + col;
        if (first > 0 && sorted[first - 1] === id) edges[2 * segment * p.size + col] = sum;
        else if (at < p.rows && sorted[at] === id) edges[(2 * segment + 1) * p.size + col] = sum;
        else if (id !== p.padding) dtable[row] = p.accumulate === 1 ? dtable[row] + sum : sum;
      }
    }
  },
  cost: (p) => ({ flops: p.rows * p.size, bytes: 4 * (2 * p.rows + 2 * p.rows * p.size) }),
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
 * Emits dtable (+)= the gradient of `embeddingForward`; the number of sums does not depend on V, but for clearing dtable, nor
 * on how often an id occurs. The longest wait is that for a segment and, where one id fills all M positions, for a 32nd of
 * the edges, S/32.
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
  const { sorted, order } = embeddingOrder(b, ids, vocabulary);
  const segment = segmentOf(rows, size, b.limits);
  const segments = Math.ceil(rows / segment);
  const edges = segments > 1 ? b.scratch('edges', [segments, 2, size]) : nothing(b);
  const params = { rows, size, padding, accumulate, segment };
  // With accumulate 0 nothing of this run lies in dtable yet; clearing at the start keeps one compute pass whole.
  if (accumulate === 0) b.clear(dtable, 'start');
  b.dispatch(embeddingBackwardKernel, { sorted, order, dy, edges, dtable }, params);
  if (segments > 1) b.dispatch(embeddingEdgesKernel, { sorted, edges, dtable }, params);
}
