// The gradients of the scores of additive attention, for the query or for the key.
import wgsl from '../../shaders/additive_scores_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import type { AdditiveScores } from './additive_scores.ts';
import { nothing } from './nothing.ts';

/**
 * d_own[t,n,d] (+)= Σ_u ds·scale[d]·(1 - y²), y = tanh(own[t,n,d] + other[u,n,d]); where wanted is 1,
 * parts[t,n,d] = Σ_u ds·y, whose sum over rows is the gradient of scale.
 *
 * own, d_own, parts [steps,batch,units], other [others,batch,units]; ds of (t,n,u) is
 * scores[t·own_step + n·batch_step + u·other_step].
 */
export const additiveScoresBackwardKernel = defineKernel({
  name: 'additive_scores_backward',
  wgsl,
  bindings: {
    own: 'read',
    other: 'read',
    scale: 'read',
    scores: 'read',
    d_own: 'readwrite',
    parts: 'readwrite',
  },
  params: {
    steps: 'u32',
    others: 'u32',
    batch: 'u32',
    units: 'u32',
    own_step: 'u32',
    other_step: 'u32',
    batch_step: 'u32',
    scaled: 'u32',
    wanted: 'u32',
    accumulate: 'u32',
    own_offset: 'u32',
    other_offset: 'u32',
    d_own_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.steps * p.batch * p.units, 64),
  reference({ own, other, scale, scores, d_own, parts }, p) {
    for (let i = 0; i < p.steps * p.batch * p.units; i++) {
      const unit = i % p.units;
      const sample = Math.floor(i / p.units) % p.batch;
      const step = Math.floor(i / p.units / p.batch);
      let slopes = 0;
      let products = 0;
      for (let u = 0; u < p.others; u++) {
        const otherAt = p.other_offset + (u * p.batch + sample) * p.units + unit;
        const y = Math.tanh(own[p.own_offset + i] + other[otherAt]);
        const ds = scores[step * p.own_step + sample * p.batch_step + u * p.other_step];
        slopes += ds * (1 - y * y);
        products += ds * y;
      }
      if (p.scaled === 1) slopes *= scale[unit];
      const at = p.d_own_offset + i;
      d_own[at] = p.accumulate === 1 ? d_own[at] + slopes : slopes;
      if (p.wanted === 1) parts[i] = products;
    }
  },
  cost: (p) => ({
    flops: 7 * p.steps * p.others * p.batch * p.units,
    bytes: 4 * p.batch * (2 * p.steps * p.units + p.others * p.units + p.steps * p.others),
  }),
});

/** Emits the gradient of the query or the key; `parts` [T,N,D] of that side, where given, is for the gradient of scale. */
export function additiveScoresBackward(
  b: Builder,
  options: AdditiveScores & {
    side: 'query' | 'key';
    /** [Tq,N,Tk] */
    dScores: Tensor;
    /** of the shape of that side, written or added to */
    to: Tensor;
    accumulate: 0 | 1;
    parts?: Tensor | undefined;
  },
): void {
  const { query, key, scale, side, dScores, to, accumulate, parts } = options;
  const [own, other] = side === 'query' ? [query, key] : [key, query];
  const [steps, batch, units] = own.shape;
  const keys = key.shape[0];
  b.dispatch(
    additiveScoresBackwardKernel,
    {
      ...{ own, other, scale: scale ?? nothing(b), scores: dScores, d_own: to },
      parts: parts ?? b.scratch('no parts', [1]),
    },
    {
      ...{ steps, others: other.shape[0], batch, units, batch_step: keys },
      ...(side === 'query'
        ? { own_step: batch * keys, other_step: 1 }
        : { own_step: 1, other_step: batch * keys }),
      ...{ scaled: scale ? 1 : 0, wanted: parts ? 1 : 0, accumulate },
    },
  );
}
