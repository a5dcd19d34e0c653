// The embedding: rows of a table by token id.
import wgsl from '../../shaders/embedding_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { expectRank, sizeOf, type Tensor } from '../core/tensor.ts';

/**
 * y[row,:] = table[min(ids[row], V-1),:].
 *
 * ids [M] u32; table [V,D], V = vocabulary, D = size; y [M,D] is written.
 */
export const embeddingForwardKernel = defineKernel({
  name: 'embedding_forward',
  wgsl,
  bindings: { ids: 'read u32', table: 'read', y: 'write' },
  params: { rows: 'u32', size: 'u32', vocabulary: 'u32' },
  constants: (p) => ({ VECTOR: p.size % 4 === 0 }),
  workgroups: (p) => linearGrid(p.size % 4 === 0 ? (p.rows * p.size) / 4 : p.rows * p.size, 64),
  reference({ ids, table, y }, p) {
    for (let i = 0; i < p.rows * p.size; i++) {
      const id = Math.min(ids[Math.floor(i / p.size)], p.vocabulary - 1);
      y[i] = table[id * p.size + (i % p.size)];
    }
  },
  cost: (p) => ({ flops: 0, bytes: 4 * (p.rows + 2 * p.rows * p.size) }),
});

export interface EmbeddingForwardOptions {
  /** u32, any shape of M elements; values below V are the caller's to check. */
  ids: Tensor;
  /** [V, D] */
  table: Tensor;
  /** M·D elements, written */
  y: Tensor;
}

/**
 * Emits y[m,:] = table[ids[m],:].
 * @throws ShapeError when y has not one row of D elements for each id.
 */
export function embeddingForward(b: Builder, { ids, table, y }: EmbeddingForwardOptions): void {
  expectRank(table, 2, b.path || 'embedding', '[V, D]');
  const [vocabulary, size] = table.shape;
  const rows = sizeOf(ids.shape);
  if (sizeOf(y.shape) !== rows * size) {
    throw new ShapeError(
      `[${b.path || 'embedding'}] ids ${show(ids.shape)} in a table ${show(table.shape)}` +
        ` do not give ${show(y.shape)} (${y.name})`,
    );
  }
  b.dispatch(embeddingForwardKernel, { ids, table, y }, { rows, size, vocabulary });
}
