// Published numbers of attention: Keras' layers and the operator of ONNX.
import type { Builder } from '../../src/core/builder.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { additiveAttention, attention } from '../../src/layers/attention.ts';
import { attentionWeights, dotScores, weightedSum } from '../../src/layers/attention_product.ts';
import { permuted } from '../../src/layers/movements.ts';
import { added } from '../../src/layers/operations.ts';
import { addClasses, type LayerOfCase } from './keras_layers_other.ts';
import { addOnnxOperators } from './onnx_misc.ts';
import { type Operand, repeatedTo } from './operators.ts';
import { numbersOf } from './outcome.ts';

/** What Keras gives to the call is an option here. */
function called(c: Parameters<LayerOfCase>[1]): { returnAttentionScores: true } {
  const { return_attention_scores: scores } = c.calls[0].kwargs;
  return { returnAttentionScores: (scores?.[0].data[0] === true) as true };
}

addClasses({
  Attention: (options, c) => attention({ ...options, ...called(c) }),
  AdditiveAttention: (options, c) => additiveAttention({ ...options, ...called(c) }),
});

/** What is added to the scores: numbers as they are; a truth, nothing where it holds and a large loss where not. */
function bias(b: Builder, mask: Operand): Tensor {
  const value = mask.value!;
  if (value.dtype !== 'bool') return mask.tensor;
  const numbers = numbersOf(value).map((allowed) => (allowed ? 0 : -1e9));
  return b.input('bias of the mask', value.shape, { initial: () => numbers });
}

addOnnxOperators({
  Attention(b, [q, k, v, mask], { scale, is_causal, q_num_heads }) {
    const flat = q!.tensor.shape.length === 3;
    const heads = flat ? (q_num_heads as number) : q!.tensor.shape[1];
    // [N,h,T,d], or [N,T,h·d], as [T,N,h·d].
    const [query, key, value] = [q, k, v].map((x) => {
      const { shape } = x!.tensor;
      if (flat) return permuted(b, x!.tensor, [1, 0, 2]);
      return b.view(permuted(b, x!.tensor, [2, 0, 1, 3]), 0, [shape[2], shape[0], heads * shape[3]]);
    });
    const s = { Tq: query.shape[0], Tk: key.shape[0], N: query.shape[1], heads };
    const alpha = (scale as number | undefined) ?? 1 / Math.sqrt(query.shape[2] / heads);
    const scores = dotScores(b, s, query, key, alpha);
    const shifted = mask ? added(b, scores, repeatedTo(b, bias(b, mask), scores.shape)) : scores;
    const weights = attentionWeights(b, s, shifted, { causal: is_causal === 1 });
    const y = weightedSum(b, s, weights, value);
    if (flat) return permuted(b, y, [1, 0, 2]);
    return permuted(b, b.view(y, 0, [s.Tq, s.N, heads, y.shape[2] / heads]), [1, 2, 0, 3]);
  },
});
