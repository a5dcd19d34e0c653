// The embedding layer: rows of a table, looked up by token id.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { embeddingBackward } from '../kernels/embedding_backward.ts';
import { embeddingForward } from '../kernels/embedding_forward.ts';
import { type Initializer, type InitializerName, initializer } from './initializers.ts';
import type { Layer } from './layer.ts';

export interface EmbeddingOptions {
  /** V: number of tokens. */
  inputDim: number;
  /** D: width of a row. */
  outputDim: number;
  embeddingsInitializer?: InitializerName | Initializer;
  /** A token whose row gets no gradient, such as 0 for padding. */
  paddingIndex?: number;
  name?: string;
}

export interface EmbeddingLayer extends Layer {
  readonly inputDim: number;
  readonly outputDim: number;
  /** The table [V,D] in a plan that has built this layer already; for weight tying. */
  table(b: Builder): Tensor;
  parameterCount(): number;
}

const OPTIONS = ['inputDim', 'outputDim', 'embeddingsInitializer', 'paddingIndex', 'name'];

/**
 * An embedding layer: ids [T,N] u32 to rows [T,N,D] of the table [V,D] (parameter `embeddings`).
 *
 * Backward: dE[id,:] = sum of dy over the positions of that id, in a fixed order.
 * @throws OptionError when a size is no positive integer or `paddingIndex` is no token.
 */
export function embedding(options: EmbeddingOptions): EmbeddingLayer {
  checkOptions('embedding', options, OPTIONS);
  const name = options.name ?? 'embedding';
  const inputDim = expectCount(options.inputDim, `${name}/inputDim`);
  const outputDim = expectCount(options.outputDim, `${name}/outputDim`);
  const { paddingIndex } = options;
  if (
    paddingIndex !== undefined &&
    !(Number.isInteger(paddingIndex) && paddingIndex >= 0 && paddingIndex < inputDim)
  ) {
    throw new OptionError(
      `[${name}/paddingIndex] must be a token from 0 to ${inputDim - 1}, got ${paddingIndex}`,
    );
  }
  const initial = initializer(options.embeddingsInitializer ?? 'randomUniform');
  const shape = [inputDim, outputDim];
  // The plan keeps the table under a key of this layer's own, where a tied layer finds it.
  const memo = `embedding table ${nextLayer++}`;
  return {
    name,
    inputDim,
    outputDim,
    parameterCount: () => inputDim * outputDim,
    table(b) {
      return b.once(memo, () => {
        throw new ShapeError(`[${b.path}] is tied to ${name}, which must come before it in the model`);
      });
    },
    build(b, ids) {
      if (ids.dtype !== 'u32') {
        throw new ShapeError(`[${name}] takes token ids (u32), got ${ids.dtype} (${ids.name})`);
      }
      const table = b.param('embeddings', shape, (next) => initial(shape, next));
      b.once(memo, () => table);
      const y = b.activation('y', [...ids.shape, outputDim]);
      if (paddingIndex === undefined) deferLookup(b, ids, table, y);
      else embeddingForward(b, { ids, table, y });
      b.setMask(y, b.maskOf(ids));
      const limits = idLimits(b);
      limits.inputDim = Math.min(limits.inputDim, inputDim);
      b.onBackward(() => {
        const dy = b.gradOf(y);
        const into = dy && b.gradInto(table);
        if (!into) return;
        const { tensor: dtable, accumulate } = into;
        embeddingBackward(b, { ids, dy, dtable, accumulate, padding: paddingIndex });
      });
      return y;
    },
  };
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
export function idLimits(b: Builder): { inputDim: number } {
  return b.once('id limits', () => ({ inputDim: Number.POSITIVE_INFINITY }));
}

/** Tells the tables of layers of one name apart. */
let nextLayer = 0;
