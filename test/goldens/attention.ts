// Golden cases of attention: scaled dot products, several heads, and encoder-decoders: kinds sdpa, mha, seq2seq.
import type { Backend } from '../../src/backends/backend.ts';
import type { Builder } from '../../src/core/builder.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { additiveAttention, attention } from '../../src/layers/attention.ts';
import { attentionWeights, dotScores, weightedSum } from '../../src/layers/attention_product.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { outputsOf } from '../../src/layers/layer.ts';
import { concatenate } from '../../src/layers/merge.ts';
import { joined } from '../../src/layers/movements.ts';
import { multiHeadAttention } from '../../src/layers/multi_head_attention.ts';
import { added, scaled } from '../../src/layers/operations.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import type { TorchCell } from '../harness/torch_weights.ts';
import { axes, checkGraph, type GraphTools, gatesOf, type Place, same } from './graph.ts';
import { torchLayer } from './rnn.ts';

type Check = (id: string, backend: Backend, precision: 'f32' | 'f64') => Promise<void>;

const transposed = axes(1, 0);
/** [N,T,E] there, [T,N,E] here. */
const timeFirst = axes(1, 0, 2);
/** [N,h,T,d] there, [T,N,h,d] and [h,N,Tq,Tk] here. */
const headsInside = axes(2, 0, 1, 3);
const headsFirst = axes(1, 0, 2, 3);

export const checks: Readonly<Record<string, Check>> = {
  sdpa: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input, given, upstream }) => {
      const [N, heads, Tq, d] = golden.tensors['in.q'].shape;
      const Tk = golden.tensors['in.k'].shape[2];
      const sequence = (name: string) => {
        const x = input(name, headsInside);
        return b.view(x, 0, [x.shape[0], N, heads * x.shape[3]]);
      };
      const [q, k, v] = ['q', 'k', 'v'].map(sequence);
      const mask = golden.tensors['in.mask'];
      const key = mask && given('mask', [Tk, N], transposed.ours(mask.data, mask.shape), true);
      const s = { Tq, Tk, N, heads };
      const causal = golden.attrs.causal === true;
      const weights = attentionWeights(b, s, dotScores(b, s, q, k, 1 / Math.sqrt(d)), { key, causal });
      const y = weightedSum(b, s, weights, v);
      upstream(y, 'y', headsInside);
      return { outputs: { y: [y, headsInside], attention: [weights, headsFirst] }, weights: {} };
    }),

  mha: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, { golden, input, upstream }) => {
      const numHeads = golden.attrs.heads as number;
      const E = golden.tensors['in.x'].shape[2];
      const x = input('x', timeFirst);
      const layer = multiHeadAttention({ numHeads, keyDim: E / numHeads, returnAttentionScores: true });
      const [y, weights] = layer.build(b, x, x);
      upstream(y, 'y', timeFirst);
      // [h,N,T,T] to its mean over the heads.
      const [, N, T] = weights.shape;
      const parts = Array.from({ length: numHeads }, (_, h) => b.view(weights, h * N * T * T, [N, T, T]));
      const mean = scaled(
        b,
        parts.slice(1).reduce((sum, part) => added(b, sum, part), parts[0]),
        1 / numHeads,
      );
      const projections = ['query', 'key', 'value'].flatMap((name, i): [string, Place[]][] => [
        [`${name}/kernel`, [['in_proj_weight', transposed, [i * E, E]]]],
        [`${name}/bias`, [['in_proj_bias', same, [i * E, E]]]],
      ]);
      return {
        outputs: { y: [y, timeFirst], attention: [mean, same] },
        weights: {
          ...Object.fromEntries(projections),
          'attention_output/kernel': [['out_proj.weight', transposed]],
          'attention_output/bias': [['out_proj.bias', same]],
        },
      };
    }),

  seq2seq: (id, backend, precision) =>
    checkGraph(id, backend, precision, (b, tools) => {
      const { cell, score } = tools.golden.attrs as unknown as Seq2SeqAttrs;
      const decode = score === 'additive' ? attendBefore : attendAfterwards;
      const encoded = encoder(b, tools);
      const { y, weights, context } = decode(b, tools, encoded);
      const V = tools.golden.attrs.tgt_vocab as number;
      const z = context ? concatenate().build(b, context, y) : y;
      const logits = b.scope('out', () => dense({ units: V }).build(b, z));
      const labels = tools.input('tgt_out', same, true);
      const loss = sparseCategoricalCrossentropy({ keepLogits: true })(b, logits, labels);
      return {
        outputs: {
          ...{ encoder_outputs: [encoded.encoded, same], decoder_outputs: [y, same] },
          ...{ logits: [logits, same], loss: [loss, same] },
          // [Tt,N,Ts] here, [Tt,Ts,N] there.
          ...(weights && { attention: [weights, axes(0, 2, 1)] }),
          ...(context && { context: [context, same] }),
        },
        weights: {
          'src/embeddings': [['src_embedding', same]],
          'tgt/embeddings': [['tgt_embedding', same]],
          ...cellPlaces(cell, 'dec', 'dec', ''),
          ...cellPlaces(cell, 'enc', 'enc', ''),
          ...cellPlaces(cell, `enc/forward_${cell}`, 'enc', ''),
          ...cellPlaces(cell, `enc/backward_${cell}`, 'enc', '_reverse'),
          'query/kernel': [[score === 'general' ? 'att_weight' : 'att_query', transposed]],
          'key/kernel': [['att_key', transposed]],
          scale: [['att_v', same]],
          'out/kernel': [['out_weight', transposed]],
          'out/bias': [['out_bias', same]],
        },
      };
    }),
};

interface Seq2SeqAttrs {
  score: 'none' | 'dot' | 'general' | 'additive';
  cell: TorchCell;
  embedding_size: number;
  hidden_size: number;
  bidirectional_encoder: boolean;
}

interface Encoded {
  /** The tokens of the decoder [Tt,N,D]. */
  embedded: Tensor;
  /** [Ts,N,H], with the mask of the source. */
  encoded: Tensor;
  states: Tensor[];
}

function cellPlaces(cell: TorchCell, scope: string, name: string, suffix: string): Record<string, Place[]> {
  const layout = gatesOf(cell);
  return {
    [`${scope}/kernel`]: [[`${name}.weight_ih_l0${suffix}`, layout]],
    [`${scope}/recurrent_kernel`]: [[`${name}.weight_hh_l0${suffix}`, layout]],
    [`${scope}/bias`]: ['bias_ih', 'bias_hh'].map((bias): Place => [`${name}.${bias}_l0${suffix}`, layout]),
  };
}

/** Looks up source and target, and reads the source; its states are those that the decoder begins with. */
function encoder(b: Builder, { golden, input, given }: GraphTools): Encoded {
  const a = golden.attrs as unknown as Seq2SeqAttrs;
  const lookup = (name: 'src' | 'tgt', ids: Tensor) => {
    const [inputDim, outputDim] = golden.tensors[`w.${name}_embedding`].shape;
    return b.scope(name, () => embedding({ inputDim, outputDim }).build(b, ids));
  };
  const x = lookup('src', input('src', same, true));
  const [T, N] = x.shape;
  const lengths = golden.tensors['in.src_lengths']?.data;
  if (lengths) {
    const counts = Array.from({ length: T * N }, (_, i) => (Math.floor(i / N) < lengths[i % N] ? 1 : 0));
    b.setMask(x, given('mask', [T, N], counts, true));
  }
  const layer = torchLayer(a.cell, a.hidden_size, true).with({ returnState: true });
  const whole = a.bidirectional_encoder ? bidirectional({ layer }) : layer;
  const [encoded, ...states] = b.scope('enc', () => outputsOf(whole.build(b, x)));
  const half = states.length / 2;
  return {
    embedded: lookup('tgt', input('tgt_in', same, true)),
    encoded,
    states: a.bidirectional_encoder
      ? states.slice(0, half).map((state, i) => joined(b, [state, states[half + i]], 1))
      : states,
  };
}

interface Decoded {
  /** [Tt,N,H] */
  y: Tensor;
  /** [Tt,N,Ts] */
  weights?: Tensor;
  /** [Tt,N,H] */
  context?: Tensor;
}

/** A dense layer without bias, whose kernel a case gives. */
function projection(b: Builder, name: string, x: Tensor, units: number): Tensor {
  return b.scope(name, () => dense({ units, useBias: false }).build(b, x));
}

/** The whole target at once, then attention from all its steps. */
function attendAfterwards(
  b: Builder,
  { golden }: GraphTools,
  { embedded, encoded, states }: Encoded,
): Decoded {
  const { cell, score } = golden.attrs as unknown as Seq2SeqAttrs;
  const H = states[0].shape[1];
  const [y] = b.scope('dec', () => outputsOf(torchLayer(cell, H, true).build(b, embedded, ...states)));
  if (score === 'none') return { y };
  const query = score === 'general' ? projection(b, 'query', y, encoded.shape[2]) : y;
  const [context, weights] = attention({ returnAttentionScores: true }).build(b, query, encoded);
  return { y, weights, context };
}

/** Step by step: attention from the state before feeds the step, as in Bahdanau et al. 2015. */
function attendBefore(b: Builder, { golden }: GraphTools, { embedded, encoded, states }: Encoded): Decoded {
  const { cell } = golden.attrs as unknown as Seq2SeqAttrs;
  const [T, N, D] = embedded.shape;
  const H = states[0].shape[1];
  const layer = torchLayer(cell, H, true).with({ returnState: true });
  const attend = additiveAttention({ returnAttentionScores: true });
  const key = projection(b, 'key', encoded, golden.tensors['w.att_key'].shape[0]);
  const steps: Tensor[][] = [];
  let carried = states;
  for (let t = 0; t < T; t++) {
    const before = b.view(carried[0], 0, [1, N, H]);
    const query = projection(b, 'query', before, key.shape[2]);
    const [context, weights] = attend.build(b, query, encoded, key);
    const x = joined(b, [b.view(embedded, t * N * D, [1, N, D]), context], 2);
    const [y, ...after] = b.scope('dec', () => outputsOf(layer.build(b, x, ...carried)));
    steps.push([y, weights, context]);
    carried = after;
  }
  const [y, weights, context] = [0, 1, 2].map((i) =>
    joined(
      b,
      steps.map((step) => step[i]),
      0,
    ),
  );
  return { y, weights, context };
}
