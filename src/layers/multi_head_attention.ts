// Attention of several heads side by side, each with projections of its own.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { expectFlags, expectOptions, shown } from '../core/options.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { matmul } from '../kernels/matmul.ts';
import { expectInputs } from './attention.ts';
import { attentionWeights, dotScores, weightedSum } from './attention_product.ts';
import { dropped, expectRate } from './dropout.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import { type WeightOptions, type WeightRules, weightOptionNames, weightRules } from './weights.ts';

export interface MultiHeadAttentionOptions
  extends LayerOptions,
    WeightOptions<'kernel'>,
    WeightOptions<'bias'> {
  numHeads: number;
  /** Features of the query and key of a head. */
  keyDim: number;
  /** Features of the value of a head; default keyDim. */
  valueDim?: number | null;
  /** The part of the weights that is dropped in training, in [0, 1); default 0. */
  dropout?: number;
  /** Default true. */
  useBias?: boolean;
  /** Features of the output; default those of the query. */
  outputShape?: number | null;
  activityRegularizer?: RegularizerOption;
  /** Decides what is dropped; default the layer's name. */
  seed?: number | null;
  /** A query sees no key of a later step; Keras gives this to the call. Default false. */
  useCausalMask?: boolean;
  /** The layer returns [out, weights] instead of out; Keras gives this to the call. Default false. */
  returnAttentionScores?: boolean;
}

/**
 * Multi-head attention (Vaswani et al. 2017) on [query, value] or [query, value, key], [N,Tq,D], [N,Tv,E], [N,Tv,F], the key
 * being the value where it is not given, to out [N,Tq,O]; with `returnAttentionScores` also the weights [N,heads,Tq,Tv].
 *
 * Each head h has weights softmax(q_h·k_hᵀ / √keyDim) over Tv and gives weights·v_h, with q_h, k_h, v_h = x·kernel + bias;
 * a last projection takes all heads to O features. As Keras' MultiHeadAttention. Parameters: query/kernel
 * [D,heads,keyDim], query/bias [heads,keyDim], the same of key and value, attention_output/kernel [heads,valueDim,O] and
 * attention_output/bias [O]. A key counts where the masks of key and value, and the order where it is causal, allow it;
 * a query that sees none, or that a mask leaves out, gets zeros before the last projection. The mask of the query is
 * passed on.
 * @throws OptionError for options out of range; ShapeError when the inputs do not go together.
 */
export function multiHeadAttention(
  options: MultiHeadAttentionOptions & { returnAttentionScores: true },
): AppliedLayer<readonly Tensor[]>;
export function multiHeadAttention(options: MultiHeadAttentionOptions): AppliedLayer;
export function multiHeadAttention(
  options: MultiHeadAttentionOptions,
): AppliedLayer<Tensor | readonly Tensor[]> {
  expectOptions('multiHeadAttention', options, ['numHeads', 'keyDim', 'valueDim', 'dropout', 'useBias']);
  const where = options.name ?? 'multi_head_attention';
  const { dropout = 0, useBias = true, seed = null } = options;
  const { useCausalMask = false, returnAttentionScores = false } = options;
  const numHeads = expectCount(options.numHeads, `${where}/numHeads`);
  const keyDim = expectCount(options.keyDim, `${where}/keyDim`);
  const valueDim = expectCount(options.valueDim ?? keyDim, `${where}/valueDim`);
  const outputShape = options.outputShape ?? null;
  if (outputShape !== null && !(Number.isSafeInteger(outputShape) && outputShape > 0)) {
    throw new OptionError(`[${where}/outputShape] must be a positive integer, got ${shown(outputShape)}`);
  }
  expectRate(dropout, `${where}/dropout`);
  expectFlags(where, { useBias, useCausalMask, returnAttentionScores });
  const kernelRules = weightRules(where, 'kernel', options, 'glorotUniform');
  const biasRules = weightRules(where, 'bias', options, 'zeros');
  const activity = regularizer(options.activityRegularizer, `${where}/activityRegularizer`);
  const rules = { kernel: kernelRules, bias: useBias ? biasRules : undefined };
  return plainLayer<Tensor | readonly Tensor[]>({
    className: 'MultiHeadAttention',
    name: 'multi_head_attention',
    options,
    config: {
      ...{ numHeads, keyDim, valueDim, dropout, useBias, outputShape, seed },
      ...{ useCausalMask, returnAttentionScores },
    },
    later: {
      names: [...weightOptionNames('kernel', 'bias'), 'activityRegularizer'],
      getConfig: () => ({
        ...kernelRules.getConfig(),
        ...biasRules.getConfig(),
        activityRegularizer: regularizerConfig(activity),
      }),
    },
    ...(returnAttentionScores && { outputs: 2 }),
    build(b, name, ...inputs) {
      const { query, value, key } = expectInputs(name, inputs, false);
      const heads = (x: Tensor, part: string, width: number) =>
        b.scope(part, () => projected(b, x, rules, [x.shape[2]], [numHeads, width]));
      const q = heads(query, 'query', keyDim);
      const k = heads(key, 'key', keyDim);
      const v = heads(value, 'value', valueDim);
      const s = { Tq: query.shape[0], Tk: key.shape[0], N: query.shape[1], heads: numHeads };
      const queryMask = b.maskOf(query);
      const weights = attentionWeights(b, s, dotScores(b, s, q, k, 1 / Math.sqrt(keyDim)), {
        query: queryMask,
        value: b.maskOf(value),
        key: key === value ? undefined : b.maskOf(key),
        causal: useCausalMask,
      });
      const used = dropped(b, weights, dropout, undefined, seed);
      const context = weightedSum(b, s, used, v);
      const width = outputShape ?? query.shape[2];
      const out = b.scope('attention_output', () =>
        projected(b, context, rules, [numHeads, valueDim], [width]),
      );
      b.setMask(out, queryMask);
      penalise(b, out, activity);
      return returnAttentionScores ? [out, used] : out;
    },
  });
}

/** x [T,N,K]·kernel + bias [T,N,M]; the kernel has the axes `from` (of size K) and `to` (M), the bias `to`. */
function projected(
  b: Builder,
  x: Tensor,
  rules: { kernel: WeightRules; bias: WeightRules | undefined },
  from: readonly number[],
  to: readonly number[],
): Tensor {
  const kernel = rules.kernel.declare(b, 'kernel', [...from, ...to]);
  const bias = rules.bias?.declare(b, 'bias', to);
  const K = sizeOf(from);
  const M = sizeOf(to);
  const rows = sizeOf(x.shape) / K;
  const y = b.activation('y', [...x.shape.slice(0, -1), M]);
  const left = { tensor: x, rows, cols: K };
  const right = { tensor: kernel, rows: K, cols: M };
  matmul(b, { a: left, b: right, c: { tensor: y, rows, cols: M }, bias });
  b.onBackward(() => {
    const gradient = b.gradOf(y);
    if (!gradient) return;
    const dy = { tensor: gradient, rows, cols: M };
    const dKernel = b.gradInto(kernel);
    const sums = bias && b.gradInto(bias);
    if (dKernel) {
      const { tensor, accumulate } = dKernel;
      matmul(b, { a: { ...left, transposed: true }, b: dy, c: { ...right, tensor }, accumulate, sums });
    }
    const dx = b.gradInto(x);
    if (dx) {
      const { tensor, accumulate } = dx;
      matmul(b, { a: dy, b: { ...right, transposed: true }, c: { ...left, tensor }, accumulate });
    }
  });
  return y;
}
