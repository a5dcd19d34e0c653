// Measures a language model on a text: the mean loss, with the state carried through the whole of it.
import type { Backend, Executable } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { DataError } from '../core/errors.ts';
import type { Parameters } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { inFlight } from './in_flight.ts';
import { buildLanguageModel, checkHanded, checkTokens, tokenIds, zeroStates } from './language_checks.ts';
import type { LossReading } from './language_trainer.ts';
import { crossEntropyRows } from './losses.ts';
import { tunedPlan } from './tuned_plan.ts';

export interface EvaluatorOptions {
  model: AnyLayer;
  parameters: Parameters;
  backend: Backend;
  /** V: every token must be below it; the model's output tells when it is left out. */
  vocabularySize?: number;
  /** N: the text is cut into so many equal parts that are read side by side; 1 reads it as one. */
  batch?: number;
  /** T: steps of one run; it does not change the result. */
  window?: number;
}

export interface Evaluator {
  readonly plan: Executable['plan'];
  /**
   * The mean loss of predicting each token from all tokens before it (of its part, when N > 1), from a zero state.
   * @throws DataError for a text of fewer than two tokens, or with ids outside the vocabulary.
   */
  evaluate(tokens: ArrayLike<number>, options?: EvaluateOptions): Promise<LossReading>;
  dispose(): void;
}

export interface EvaluateOptions {
  onProgress?: (doneTokens: number, allTokens: number) => void;
  signal?: AbortSignal;
}

/** A label that no token has: its loss is not counted. */
const IGNORED = 0xffffffff;

/** Builds and loads a plan without backward steps; it shares the parameters with the training plan. */
export async function evaluator(options: EvaluatorOptions): Promise<Evaluator> {
  checkHanded('evaluator', options, ['batch', 'window']);
  const { model, parameters, backend, batch: N = 1, window: T = 32 } = options;
  let vocabularySize = 0;
  let ids!: Tensor;
  let labels!: Tensor;
  let sums!: Tensor;
  const { plan } = await tunedPlan(backend, () =>
    buildPlan({ name: 'evaluate', limits: backend.limits, parameters }, (b) => {
      ids = b.input('ids', [T, N], { dtype: 'u32' });
      labels = b.input('labels', [T, N], { dtype: 'u32' });
      sums = b.state('loss sums', [2]);
      const built = buildLanguageModel(b, model, ids, options.vocabularySize);
      vocabularySize = built.vocabularySize;
      const loss = crossEntropyRows(b, built.logits, labels, { ignoreClass: IGNORED, sums }).loss;
      return { loss };
    }),
  );
  const executable = await backend.load(plan);
  const queue = inFlight(executable);

  return {
    plan,
    async evaluate(text, { onProgress, signal } = {}) {
      const tokens = tokenIds('evaluate/tokens', text);
      if (tokens.length < 2) throw new DataError(`a text of ${tokens.length} tokens has nothing to predict`);
      checkTokens(tokens, vocabularySize);
      zeroStates(Object.values(plan.states), backend.write);
      backend.write(sums, [0, 0]);
      const predictions = tokens.length - 1;
      const part = Math.ceil(predictions / N);
      const chunkIds = new Uint32Array(T * N);
      const chunkLabels = new Uint32Array(T * N);
      for (let start = 0; start < part && !signal?.aborted; start += T) {
        for (let t = 0; t < T; t++) {
          for (let n = 0; n < N; n++) {
            const at = n * part + start + t;
            const inside = start + t < part && at < predictions;
            chunkIds[t * N + n] = inside ? tokens[at] : 0;
            chunkLabels[t * N + n] = inside ? tokens[at + 1] : IGNORED;
          }
        }
        backend.write(ids, chunkIds);
        backend.write(labels, chunkLabels);
        executable.run();
        await queue.submitted();
        onProgress?.(Math.min(predictions, (start + T) * N), predictions);
      }
      await queue.drained();
      const [total, count] = await backend.read(sums);
      const loss = count > 0 ? total / count : Number.NaN;
      return { loss, perplexity: Math.exp(loss), tokens: count };
    },
    dispose: () => executable.dispose(),
  };
}
