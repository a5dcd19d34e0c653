// The parts of attention: scores, weights and weighted sums over sequences, for one head or several, with their backward steps.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { additiveScores as additiveScoresForward } from '../kernels/additive_scores.ts';
import { additiveScoresBackward } from '../kernels/additive_scores_backward.ts';
import { type BatchedProductOptions, batchedProduct, type Matrices } from '../kernels/batched_product.ts';
import { columnSum } from '../kernels/column_sum.ts';
import { type KeyMasks, maskedSoftmax } from '../kernels/masked_softmax.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';

/** The sizes of one attention: steps of queries and keys, samples, and heads, whose features lie side by side. */
export interface AttentionShape {
  Tq: number;
  Tk: number;
  N: number;
  /** Undefined for scores [Tq,N,Tk]; else scores are [heads,N,Tq,Tk]. */
  heads: number | undefined;
}

/** Scores alpha·query·keyᵀ of query [Tq,N,heads·d] and key [Tk,N,heads·d]. */
export function dotScores(b: Builder, s: AttentionShape, query: Tensor, key: Tensor, alpha = 1): Tensor {
  const d = query.shape[2] / (s.heads ?? 1);
  const scores = b.activation('scores', scoresShape(s));
  product(b, {
    a: steps(s, query),
    b: turned(steps(s, key)),
    c: scoreMatrices(s, scores),
    ...{ m: s.Tq, n: s.Tk, k: d, alpha },
    ...batchOf(s),
  });
  return scores;
}

/** Scores Σ_d scale[d]·tanh(query[q,n,d] + key[k,n,d]) of query [Tq,N,D] and key [Tk,N,D]; scale [D] may be absent. */
export function additiveScores(b: Builder, query: Tensor, key: Tensor, scale: Tensor | undefined): Tensor {
  const [Tq, N, D] = query.shape;
  const scores = b.activation('scores', [Tq, N, key.shape[0]]);
  additiveScoresForward(b, { query, key, scale, scores });
  b.onBackward(() => {
    const dScores = b.gradOf(scores);
    if (!dScores) return;
    const dScale = scale && b.gradInto(scale);
    const parts = dScale && b.scratch('parts', [Tq, N, D]);
    const sides = { query: b.gradInto(query), key: b.gradInto(key) };
    // The parts come with the gradient of the query; where nobody wants that, it goes to working memory.
    const dQuery =
      sides.query ?? (parts && { tensor: b.scratch('d query', query.shape), accumulate: 0 as const });
    for (const [side, into] of [
      ['query', dQuery],
      ['key', sides.key],
    ] as const) {
      if (!into) continue;
      const { tensor: to, accumulate } = into;
      const own = side === 'query' ? parts : undefined;
      additiveScoresBackward(b, { query, key, scale, side, dScores, to, accumulate, parts: own });
    }
    if (dScale && parts) {
      const { tensor: to, accumulate } = dScale;
      columnSum(b, { source: parts, to, rows: Tq * N, cols: D, accumulate });
    }
  });
  return scores;
}

/** The softmax of scores over the keys that masks and order allow; queries that none is allowed for get zeros. */
export function attentionWeights(b: Builder, s: AttentionShape, scores: Tensor, masks: KeyMasks): Tensor {
  const { Tq, N, heads } = s;
  const y = b.activation('weights', scores.shape);
  const layout = heads === undefined ? { batchStep: 1, queryStep: N } : { batchStep: Tq, queryStep: 1 };
  maskedSoftmax(b, { x: scores, y, batch: N, queries: Tq, ...layout, ...masks });
  b.keep(y);
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const into = dy && b.gradInto(scores);
    if (!into) return;
    const { tensor: dx, accumulate } = into;
    softmaxBackward(b, { y, dy, dx, logarithm: 0, accumulate });
  });
  return y;
}

/** The sums [Tq,N,heads·d] of value [Tk,N,heads·d] with weights as scores lie. */
export function weightedSum(b: Builder, s: AttentionShape, weights: Tensor, value: Tensor): Tensor {
  const width = value.shape[2];
  const y = b.activation('context', [s.Tq, s.N, width]);
  product(b, {
    a: scoreMatrices(s, weights),
    b: steps(s, value),
    c: steps(s, y),
    ...{ m: s.Tq, n: width / (s.heads ?? 1), k: s.Tk, alpha: 1 },
    ...batchOf(s),
  });
  return y;
}

function scoresShape({ Tq, Tk, N, heads }: AttentionShape): number[] {
  return heads === undefined ? [Tq, N, Tk] : [heads, N, Tq, Tk];
}

/** For each sample and head the matrix [Tq,Tk]. */
function scoreMatrices({ Tq, Tk, N, heads }: AttentionShape, tensor: Tensor): Matrices {
  return heads === undefined
    ? { tensor, row: N * Tk, col: 1, outer: Tk }
    : { tensor, row: Tk, col: 1, outer: Tq * Tk, inner: N * Tq * Tk };
}

/** For each sample and head the matrix [T,d] of a sequence [T,N,heads·d]. */
function steps({ N, heads = 1 }: AttentionShape, tensor: Tensor): Matrices {
  const width = tensor.shape[2];
  return { tensor, row: N * width, col: 1, outer: width, inner: width / heads };
}

function turned(matrices: Matrices): Matrices {
  return { ...matrices, row: matrices.col, col: matrices.row };
}

function batchOf({ N, heads = 1 }: AttentionShape): { outer: number; inner: number } {
  return { outer: N, inner: heads };
}

/** Emits c = alpha·a·b, and da = alpha·dc·bᵀ and db = alpha·aᵀ·dc for the way back; a and b are whole tensors. */
function product(b: Builder, options: BatchedProductOptions): void {
  const { a, b: right, c, m, n, k } = options;
  batchedProduct(b, options);
  b.onBackward(() => {
    const gradient = b.gradOf(c.tensor);
    if (!gradient) return;
    const dc = { ...c, tensor: gradient };
    const da = b.gradInto(a.tensor);
    if (da) {
      const { tensor, accumulate } = da;
      batchedProduct(b, {
        ...options,
        ...{ a: dc, b: turned(right), c: { ...a, tensor }, accumulate, m, n: k, k: n },
      });
    }
    const db = b.gradInto(right.tensor);
    if (db) {
      const { tensor, accumulate } = db;
      batchedProduct(b, {
        ...options,
        ...{ a: turned(a), b: dc, c: { ...right, tensor }, accumulate, m: k, n, k: m },
      });
    }
  });
}
