// What the plans of a language model demand of model and text, checked in one place.
import type { Backend } from '../backends/backend.ts';
import type { Builder } from '../core/builder.ts';
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { Parameters } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { idLimits } from '../layers/embedding.ts';
import { type AnyLayer, outputsOf } from '../layers/layer.ts';
import { forgetful } from '../layers/recurrent_states.ts';

export interface BuiltLanguageModel {
  /** [T,N,V] */
  logits: Tensor;
  /** V: ids must be below it. A text may have fewer tokens than the model knows. */
  vocabularySize: number;
}

/**
 * Builds the model on ids [T,N] and checks that it is a language model that reads on where the last chunk ended.
 * @throws ShapeError when its output is not [T,N,V]; OptionError when a recurrent layer carries no state, `expected` is
 * not V, or an embedding knows fewer tokens than there are logits.
 */
export function buildLanguageModel(
  b: Builder,
  model: AnyLayer,
  ids: Tensor,
  expected: number | undefined,
): BuiltLanguageModel {
  const outputs = outputsOf(model.build(b, ids));
  if (outputs.length !== 1) {
    throw new OptionError(
      `[${model.name}] a language model has one output, its logits, got ${outputs.length}`,
    );
  }
  const [logits] = outputs;
  const [T, N] = ids.shape;
  if (logits.shape.length !== 3 || logits.shape[0] !== T || logits.shape[1] !== N) {
    throw new ShapeError(
      `[${model.name}] expected logits [${T}, ${N}, V] = [T, N, V], got ${show(logits.shape)};` +
        ' recurrent layers of a language model need `returnSequences: true`',
    );
  }
  const forgetting = forgetful(b);
  if (forgetting.length > 0) {
    throw new OptionError(
      `[${forgetting.join(', ')}] carries no state from chunk to chunk; give it \`stateful: true\`` +
        ' (a language model reads on where the last chunk ended)',
    );
  }
  const V = logits.shape[2];
  if (expected !== undefined && expected !== V) {
    throw new OptionError(`[${model.name}] gives logits for ${V} tokens, but vocabularySize is ${expected}`);
  }
  const { inputDim } = idLimits(b);
  if (inputDim < V) {
    throw new OptionError(
      `[${model.name}] gives logits for ${V} tokens, but its embedding knows only ${inputDim}: a token that it writes` +
        ' could not be read; give inputDim of the first layer and units of the last the size of the vocabulary',
    );
  }
  return { logits, vocabularySize: V };
}

/**
 * Checks what the functions of a language model are handed: known options, and a model, a backend and parameters that
 * are such.
 * @throws OptionError in the user's words.
 */
export function checkHanded(
  where: string,
  options: { model: AnyLayer; backend: Backend; parameters?: Parameters },
  known: readonly string[],
): void {
  checkOptions(where, options, ['model', 'backend', 'parameters', 'vocabularySize', ...known]);
  const { model, backend, parameters } = options;
  if (typeof model?.build !== 'function') {
    throw new OptionError(
      `[${where}/model] must be a layer, such as sequential([...]) makes, got ${shown(model)}`,
    );
  }
  if (typeof backend?.load !== 'function') {
    throw new OptionError(
      `[${where}/backend] must be what \`await webgpu()\` or \`cpu()\` gives, got ${shown(backend)}`,
    );
  }
  if (parameters !== undefined && !(parameters instanceof Parameters)) {
    throw new OptionError(
      `[${where}/parameters] must be a model's parameters, such as \`trainer.parameters\`, got ${shown(parameters)}`,
    );
  }
}

/**
 * Token ids as the plans take them; a plain array will do.
 * @throws DataError for a text or anything else that is no list of ids.
 */
export function tokenIds(where: string, tokens: ArrayLike<number>): Uint32Array {
  if (tokens instanceof Uint32Array) return tokens;
  const list = Array.isArray(tokens) || ArrayBuffer.isView(tokens);
  if (!list || !Array.from(tokens).every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32)) {
    throw new DataError(
      `[${where}] must be token ids, such as vocabulary.encode(text) gives, got ${shown(tokens)}`,
    );
  }
  return Uint32Array.from(tokens);
}

/** @throws DataError for an id that the model does not know. */
export function checkTokens(tokens: Uint32Array, vocabularySize: number): void {
  const at = tokens.findIndex((id) => id >= vocabularySize);
  if (at >= 0) {
    throw new DataError(
      `token ${at} of the text is ${tokens[at]}, outside the vocabulary of ${vocabularySize} that the model knows;` +
        ' its first layer needs an inputDim, and its last one units, of vocabulary.size',
    );
  }
}

/** @throws OptionError unless the seed is an integer that two words of 32 bits can hold. */
export function seedWords(seed: number): [low: number, high: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new OptionError(`[seed] must be an integer from 0 to 2^53, got ${shown(seed)}`);
  }
  return [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
}

/** Zeros for every state of a plan that a sequence carries. */
export function zeroStates(states: Iterable<Tensor>, write: (t: Tensor, zeros: Float32Array) => void): void {
  for (const t of states) if (t.carried) write(t, new Float32Array(sizeOf(t.shape)));
}
