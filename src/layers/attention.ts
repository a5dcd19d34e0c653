// Attention over the steps of a sequence: by dot products and by a hidden layer, as Keras' Attention and AdditiveAttention.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { expectFlags, shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { maskRows } from '../kernels/mask_rows.ts';
import { additiveScores, attentionWeights, dotScores, weightedSum } from './attention_product.ts';
import { dropped, expectRate } from './dropout.ts';
import { initializer } from './initializers.ts';
import { publicShape } from './layout.ts';
import { multiplied } from './operations.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';

export interface CommonAttentionOptions extends LayerOptions {
  /** The part of the weights that is dropped in training, in [0, 1); default 0. */
  dropout?: number;
  /** Decides what is dropped; default the layer's name. */
  seed?: number | null;
  /** A query sees no key of a later step; Keras gives this to the call. Default false. */
  useCausalMask?: boolean;
  /** The layer returns [out, weights] instead of out; Keras gives this to the call. Default false. */
  returnAttentionScores?: boolean;
}

export interface AttentionOptions extends CommonAttentionOptions {
  /** Multiplies the scores by a number that is learned; default false. */
  useScale?: boolean;
  /** How a query and a key give a score: 'dot', their product (default), or 'concat', Σ tanh(query + key). */
  scoreMode?: 'dot' | 'concat';
  /** Divides the scores by the root of the number of features (Vaswani et al. 2017); default false, as in Keras. */
  scaled?: boolean;
}

/**
 * Dot-product attention (Luong et al. 2015) on [query, value] or [query, value, key]: query [N,Tq,D], value [N,Tv,E], key
 * [N,Tv,D], the value where it is not given, to out [N,Tq,E]; with `returnAttentionScores` also the weights [N,Tq,Tv].
 *
 * weights = softmax over Tv of query·keyᵀ (divided by √D where `scaled`, times scale where `useScale`), out = weights·value;
 * with scoreMode 'concat' the scores are concat_score_weight·Σ tanh(scale·(query + key)). Parameters: scale [],
 * concat_score_weight []. Steps that the mask of the value leaves out get no weight, and queries that see none get zeros;
 * where the query has a mask, out is 0 at its masked steps and has that mask.
 * @throws OptionError for options out of range; ShapeError when the inputs do not go together.
 */
export function attention(
  options: AttentionOptions & { returnAttentionScores: true },
): AppliedLayer<readonly Tensor[]>;
export function attention(options?: AttentionOptions): AppliedLayer;
export function attention(options: AttentionOptions = {}): AppliedLayer<Tensor | readonly Tensor[]> {
  const where = options.name ?? 'attention';
  const { useScale = false, scoreMode = 'dot', scaled = false } = options;
  expectFlags(where, { useScale, scaled });
  if (scoreMode !== 'dot' && scoreMode !== 'concat') {
    throw new OptionError(`[${where}/scoreMode] must be 'dot' or 'concat', got ${shown(scoreMode)}`);
  }
  if (scaled && scoreMode === 'concat') {
    throw new OptionError(`[${where}/scaled] divides dot products; scoreMode 'concat' has none`);
  }
  return attentionLayer(
    'Attention',
    'attention',
    options,
    { useScale, scoreMode, scaled },
    (b, { query, key }) => {
      const scale = useScale ? one(b, 'scale') : undefined;
      if (scoreMode === 'dot') {
        const alpha = scaled ? 1 / Math.sqrt(query.shape[2]) : 1;
        const scores = dotScores(b, shapeOf(query, key), query, key, alpha);
        return scale ? multiplied(b, scores, scale) : scores;
      }
      const weight = one(b, 'concat_score_weight');
      const [left, right] = scale ? [multiplied(b, query, scale), multiplied(b, key, scale)] : [query, key];
      return multiplied(b, additiveScores(b, left, right, undefined), weight);
    },
  );
}

export interface AdditiveAttentionOptions extends CommonAttentionOptions {
  /** Multiplies the features of the hidden layer by weights that are learned; default true. */
  useScale?: boolean;
}

/**
 * Additive attention (Bahdanau et al. 2015) on [query, value] or [query, value, key], shapes and masks as `attention`:
 * the scores are Σ_d scale[d]·tanh(query + key). Parameter: scale [D].
 * @throws OptionError for options out of range; ShapeError when the inputs do not go together.
 */
export function additiveAttention(
  options: AdditiveAttentionOptions & { returnAttentionScores: true },
): AppliedLayer<readonly Tensor[]>;
export function additiveAttention(options?: AdditiveAttentionOptions): AppliedLayer;
export function additiveAttention(
  options: AdditiveAttentionOptions = {},
): AppliedLayer<Tensor | readonly Tensor[]> {
  const { useScale = true } = options;
  expectFlags(options.name ?? 'additive_attention', { useScale });
  const first = initializer('glorotUniform');
  return attentionLayer(
    'AdditiveAttention',
    'additive_attention',
    options,
    { useScale },
    (b, { query, key }) => {
      const D = query.shape[2];
      const scale = useScale ? b.param('scale', [D], (next) => first([D], next)) : undefined;
      return additiveScores(b, query, key, scale);
    },
  );
}

interface Inputs {
  /** [Tq,N,D] */
  query: Tensor;
  /** [Tv,N,E] */
  value: Tensor;
  /** [Tv,N,D] */
  key: Tensor;
}

/** A layer of scores [Tq,N,Tv], which become weights and sums of the value. */
function attentionLayer(
  className: string,
  defaultName: string,
  options: CommonAttentionOptions,
  own: Readonly<Record<string, unknown>>,
  scoresOf: (b: Builder, inputs: Inputs) => Tensor,
): AppliedLayer<Tensor | readonly Tensor[]> {
  const where = options.name ?? defaultName;
  const { dropout = 0, seed = null, useCausalMask = false, returnAttentionScores = false } = options;
  expectRate(dropout, `${where}/dropout`);
  expectFlags(where, { useCausalMask, returnAttentionScores });
  return plainLayer<Tensor | readonly Tensor[]>({
    className,
    name: defaultName,
    options,
    config: { ...own, dropout, seed, useCausalMask, returnAttentionScores },
    ...(returnAttentionScores && { outputs: 2 }),
    build(b, name, ...inputs) {
      const { query, value, key } = expectInputs(name, inputs);
      const s = shapeOf(query, key);
      const masks = { value: b.maskOf(value), causal: useCausalMask };
      const weights = attentionWeights(b, s, scoresOf(b, { query, value, key }), masks);
      const used = dropped(b, weights, dropout, undefined, seed);
      const sums = weightedSum(b, s, used, value);
      const queryMask = b.maskOf(query);
      const out = queryMask ? maskRows(b, sums, queryMask) : sums;
      b.setMask(out, queryMask);
      return returnAttentionScores ? [out, used] : out;
    },
  });
}

function shapeOf(query: Tensor, key: Tensor) {
  return { Tq: query.shape[0], Tk: key.shape[0], N: query.shape[1], heads: undefined };
}

/** A number that is learned, 1 at first. */
function one(b: Builder, name: string): Tensor {
  return b.param(name, [], () => [1]);
}

/**
 * The inputs of an attention layer, the key being the value where it is not given.
 * @throws ShapeError unless they are sequences of one batch, key and value equally long and key and query equally wide.
 */
export function expectInputs(name: string, inputs: readonly Tensor[], widths = true): Inputs {
  const [query, value, key = value] = inputs;
  const shapes = inputs.map((x) => `${show(publicShape(x))}${x.dtype === 'f32' ? '' : ` ${x.dtype}`}`);
  const fail = (what: string) => {
    throw new ShapeError(
      `[${name}] expected [query, value] or [query, value, key], [N, Tq, D], [N, Tv, E], [N, Tv, D]; got ${shapes.join(', ')}: ${what}`,
    );
  };
  if (inputs.length < 2 || inputs.length > 3) fail(`${inputs.length} inputs`);
  if (inputs.some((x) => x.dtype !== 'f32' || x.shape.length !== 3))
    fail('all must be sequences of features');
  if (inputs.some((x) => x.shape[1] !== query.shape[1])) fail('the batches differ');
  if (key.shape[0] !== value.shape[0]) fail('key and value differ in steps');
  if (widths && query.shape[2] !== key.shape[2]) {
    fail(`query and ${key === value ? 'value' : 'key'} differ in features; a dense layer makes them alike`);
  }
  return { query, value, key };
}
