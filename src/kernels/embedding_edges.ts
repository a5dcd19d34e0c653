// The second half of the embedding's gradient: sums of ids whose positions lie in several segments.
import wgsl from '../../shaders/embedding_edges.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';

/**
 * dtable[id,:] (+)= edges[s,1,:] + Σ edges[k,0,:] for each id, but `padding`, whose run in the order begins in segment s
 * and goes on through the segments k after it.
 *
 * sorted [M] u32 (embedding_order); edges [S,2,D] (embedding_backward); dtable [V,D]: rows of such ids are written
 * or added to.
 */
export const embeddingEdgesKernel = defineKernel({
  name: 'embedding_edges',
  wgsl,
  bindings: { sorted: 'read u32', edges: 'read', dtable: 'readwrite' },
  params: {
    rows: 'u32',
    size: 'u32',
    padding: 'u32',
    accumulate: 'u32',
    segment: 'u32',
  },
  constants: (_, { cheapBarriers }: Limits) => ({ TOGETHER: cheapBarriers }),
  workgroups(p, { TOGETHER }) {
    const segments = Math.ceil(p.rows / p.segment);
    if (TOGETHER) return linearGrid(Math.ceil(segments / 32) * Math.ceil(p.size / 8), 1);
    return linearGrid(segments * p.size, 64);
  },
  reference({ sorted, edges, dtable }, p) {
    const idAt = (at: number) => (at < p.rows ? sorted[at] : -1);
    for (let segment = 0; (segment + 1) * p.segment < p.rows; segment++) {
      const first = segment * p.segment;
      const end = first + p.segment;
      const id = idAt(end);
      if (idAt(end - 1) !== id || id === p.padding) continue;
      if (first > 0 && idAt(first - 1) === id) continue;
      for (let col = 0; col < p.size; col++) {
        let sum = edges[(2 * segment + 1) * p.size + col];
        let next = segment;
        do {
          next++;
          sum += edges[2 * next * p.size + col];
        } while (idAt((next + 1) * p.segment) === id);
        const at = id * p.size + col;
        dtable[at] = p.accumulate === 1 ? dtable[at] + sum : sum;
      }
    }
  },
  cost: (p) => ({
    flops: (2 * p.rows * p.size) / p.segment,
    bytes: (12 * p.rows * p.size) / p.segment,
  }),
});
