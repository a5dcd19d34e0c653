// The scores of additive attention.
import wgsl from '../../shaders/additive_scores.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/**
 * scores[q,n,k] = Σ_d scale[d]·tanh(query[q,n,d] + key[k,n,d]); Bahdanau et al. 2015, as Keras has it.
 *
 * query [queries,batch,units], key [keys,batch,units], scale [units] where scaled is 1, scores [queries,batch,keys].
 */
export const additiveScoresKernel = defineKernel({
  name: 'additive_scores',
  wgsl,
  bindings: { query: 'read', key: 'read', scale: 'read', scores: 'write' },
  params: {
    queries: 'u32',
    keys: 'u32',
    batch: 'u32',
    units: 'u32',
    scaled: 'u32',
    query_offset: 'u32',
    key_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.queries * p.batch * p.keys, 64),
  reference({ query, key, scale, scores }, p) {
    for (let i = 0; i < p.queries * p.batch * p.keys; i++) {
      const row = Math.floor(i / p.keys);
      const queryAt = p.query_offset + row * p.units;
      const keyAt = p.key_offset + ((i % p.keys) * p.batch + (row % p.batch)) * p.units;
      let sum = 0;
      for (let d = 0; d < p.units; d++) {
        sum += Math.tanh(query[queryAt + d] + key[keyAt + d]) * (p.scaled === 1 ? scale[d] : 1);
      }
      scores[i] = sum;
    }
  },
  cost: (p) => ({
    flops: 4 * p.queries * p.batch * p.keys * p.units,
    bytes: 4 * p.batch * (p.queries * p.units + p.keys * p.units + p.queries * p.keys),
  }),
});

export interface AdditiveScores {
  /** [Tq,N,D] */
  query: Tensor;
  /** [Tk,N,D] */
  key: Tensor;
  /** [D] */
  scale: Tensor | undefined;
}

/** Emits scores [Tq,N,Tk]. */
export function additiveScores(b: Builder, options: AdditiveScores & { scores: Tensor }): void {
  const { query, key, scale, scores } = options;
  const [queries, batch, units] = query.shape;
  b.dispatch(
    additiveScoresKernel,
    { query, key, scale: scale ?? nothing(b), scores },
    { queries, keys: key.shape[0], batch, units, scaled: scale ? 1 : 0 },
  );
}
