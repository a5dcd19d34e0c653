// The embedding layer: rows of a table, looked up by token id.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, expectFlags } from '../core/options.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { embeddingBackward } from '../kernels/embedding_backward.ts';
import { embeddingForward } from '../kernels/embedding_forward.ts';
import { mergeMasks } from '../kernels/mask_merge.ts';
import { firstShape, firstShapeNames } from './first_shape.ts';
import { defineLayer, type Layer } from './layer.ts';
import { publicShape } from './layout.ts';
import type { LayerOptions } from './plain.ts';
import { penalise, type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';
import type { Applicable } from './symbolic.ts';
import { type WeightOptions, weightOptionNames, weightRules } from './weights.ts';

export interface EmbeddingOptions extends LayerOptions, WeightOptions<'embeddings'> {
  /** V: number of tokens. */
  inputDim: number;
  /** D: width of a row. */
  outputDim: number;
  /** Token 0 stands for nothing: its steps do not count. */
  maskZero?: boolean;
  /** The first values of the table [V,D], such as vectors trained elsewhere; no config holds them. */
  weights?: Table;
  /** A penalty on the rows that are looked up, divided by the batch. */
  activityRegularizer?: RegularizerOption;
  /** A token whose row gets no gradient, such as 0 for padding. */
  paddingIndex?: number;
  /** The number of steps, where it is to be checked. */
  inputLength?: number | null;
}

/** Numbers with a shape, or rows of numbers. */
export type Table =
  | { readonly shape: readonly number[]; readonly data: ArrayLike<number> }
  | readonly ArrayLike<number>[];

export interface EmbeddingLayer extends Layer, Applicable {
  readonly inputDim: number;
  readonly outputDim: number;
  /** The table [V,D] in a plan that has built this layer already; for weight tying. */
  table(b: Builder): Tensor;
  parameterCount(): number;
  getConfig(): Record<string, unknown>;
}

const OPTIONS = [
  ...['inputDim', 'outputDim', 'maskZero', 'weights', 'activityRegularizer', 'paddingIndex', 'inputLength'],
  ...['name', 'trainable', ...firstShapeNames, ...weightOptionNames('embeddings')],
];

/**
 * An embedding layer: ids [N,T] u32 to rows [N,T,D] of the table [V,D] (parameter `embeddings`); ids of any rank from
 * [N] on, to one axis more.
 *
 * Backward: dE[id,:] = sum of dy over the positions of that id, in a fixed order.
 * @throws OptionError when a size is no positive integer, `paddingIndex` is no token or `weights` has another shape.
 */
export function embedding(options: EmbeddingOptions): EmbeddingLayer {
  checkOptions('embedding', options, OPTIONS);
  const {
    paddingIndex,
    maskZero = false,
    inputLength = null,
    trainable = true,
    name = 'embedding',
  } = options;
  expectFlags(name, { maskZero });
  const inputDim = expectCount(options.inputDim, `${name}/inputDim`);
  const outputDim = expectCount(options.outputDim, `${name}/outputDim`);
  if (
    paddingIndex !== undefined &&
    !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < inputDim)
  ) {
    throw new OptionError(
      `[${name}/paddingIndex] must be a token from 0 to ${inputDim - 1}, got ${paddingIndex}`,
    );
  }
  const shape = [inputDim, outputDim];
  const given = options.weights && tableOf(name, options.weights, shape);
  const rules = weightRules(name, 'embeddings', options, 'randomUniform');
  const table = given
    ? weightRules(name, 'embeddings', { ...options, embeddingsInitializer: () => given }, 'randomUniform')
    : rules;
  const activity = regularizer(options.activityRegularizer, `${name}/activityRegularizer`);
  // The plan keeps the table under a key of this layer's own, where a tied layer finds it.
  const memo = `embedding table ${nextLayer++}`;
  const layer = defineLayer({
    name,
    className: 'Embedding',
    rowwise: true,
    trainable,
    ...firstShape(name, options),
    takesIds: true,
    inputDim,
    outputDim,
    parameterCount: () => inputDim * outputDim,
    table(b: Builder): Tensor {
      return b.once(memo, () => {
        throw new ShapeError(`[${b.path}] is tied to ${name}, which must come before it in the model`);
      });
    },
    build(b: Builder, ids: Tensor): Tensor {
      if (ids.dtype !== 'u32') {
        throw new ShapeError(`[${name}] takes token ids (u32), got ${ids.dtype} (${ids.name})`);
      }
      if (inputLength !== null && publicShape(ids)[1] !== inputLength) {
        throw new ShapeError(
          `[${name}] has inputLength ${inputLength}, got ids ${show(publicShape(ids))} (${ids.name})`,
        );
      }
      const weights = table.declare(b, 'embeddings', shape);
      b.once(memo, () => weights);
      const y = b.activation('y', [...ids.shape, outputDim]);
      if (paddingIndex === undefined) deferLookup(b, ids, weights, y);
      else embeddingForward(b, { ids, table: weights, y });
      const mask = b.maskOf(ids);
      b.setMask(y, maskZero && ids.shape.length === 2 ? mergeMasks(b, ids, mask ?? ids) : mask);
      const limits = idLimits(b);
      limits.inputDim = Math.min(limits.inputDim, inputDim);
      limits.of.set(ids, Math.min(limits.of.get(ids) ?? inputDim, inputDim));
      b.onBackward(() => {
        const dy = b.gradOf(y);
        const into = dy && b.gradInto(weights);
        if (!into) return;
        const { tensor: dtable, accumulate } = into;
        embeddingBackward(b, { ids, dy, dtable, accumulate, padding: paddingIndex });
      });
      penalise(b, y, activity);
      return y;
    },
    getConfig: (): Record<string, unknown> => ({
      ...{ name, trainable: layer.trainable ?? trainable, inputDim, outputDim, maskZero, inputLength },
      ...rules.getConfig(),
      activityRegularizer: regularizerConfig(activity),
      ...(paddingIndex !== undefined && { paddingIndex }),
    }),
  });
  return layer as EmbeddingLayer;
}

/** @throws OptionError for a table of another shape, or with what is no number. */
function tableOf(name: string, table: Table, shape: readonly number[]): Float64Array {
  const rows = Array.isArray(table) ? table : undefined;
  const found = rows ? [rows.length, rows[0]?.length] : ((table as { shape: readonly number[] }).shape ?? []);
  const even = !rows || rows.every((row) => row.length === rows[0].length);
  if (found.length !== 2 || found.some((n, k) => n !== shape[k]) || !even) {
    throw new OptionError(
      `[${name}/weights] must be a table ${show(shape)} = [inputDim, outputDim], got ${
        even ? show([...found]) : 'rows of unequal length'
      }`,
    );
  }
  const flat = rows
    ? rows.flatMap((row) => Array.from(row as ArrayLike<number>))
    : (table as { data: ArrayLike<number> }).data;
  const values = Float64Array.from(flat);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (values.length !== shape[0] * shape[1] || wrong >= 0) {
    throw new OptionError(
      `[${name}/weights] must have ${shape[0] * shape[1]} finite numbers, got ${
        wrong >= 0 ? `${values[wrong]} in row ${Math.floor(wrong / shape[1])}` : values.length
      }`,
    );
  }
  return values;
}

/** Rows of the table are computed when a step touches them: a product below may multiply the table instead. */
function deferLookup(b: Builder, ids: Tensor, table: Tensor, y: Tensor): void {
  const rows = sizeOf(ids.shape);
  b.defer(y, {
    rows,
    ids,
    table,
    forward: (_first, _count, to) => embeddingForward(b, { ids, table, y: to }),
  });
}

/** The number of tokens that every embedding of the plan knows; callers check their ids against it before a run. */
export function idLimits(b: Builder): { inputDim: number; of: Map<Tensor, number> } {
  return b.once('id limits', () => ({ inputDim: Number.POSITIVE_INFINITY, of: new Map() }));
}

/** Tells the tables of layers of one name apart. */
let nextLayer = 0;
