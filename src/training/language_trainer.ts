// Trains a language model by truncated BPTT: the corpus is uploaded once, chunks are cut and states carried on the device.
import type { Backend, Executable, LoadTimes } from '../backends/backend.ts';
import { buildPlan } from '../core/builder.ts';
import { DataError, DeviceError, OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { Parameters } from '../core/parameters.ts';
import { expectCount, sizeOf, type Tensor } from '../core/tensor.ts';
import { clock } from '../kernels/clock.ts';
import { corpusWindow } from '../kernels/window.ts';
import type { AnyLayer } from '../layers/layer.ts';
import { gradientNorm } from './gradient_norm.ts';
import { type InFlight, inFlight } from './in_flight.ts';
import {
  buildLanguageModel,
  checkHanded,
  checkTokens,
  seedWords,
  tokenIds,
  zeroStates,
} from './language_checks.ts';
import { crossEntropyRows } from './losses.ts';
import type { Optimizer } from './optimizers.ts';
import { tunedPlan } from './tuned_plan.ts';

export interface LanguageTrainerOptions {
  /** ids [T,N] to logits [T,N,V]; its recurrent layers carry their states (`stateful: true`). */
  model: AnyLayer;
  /** The weights, where another plan of the model made them already; new ones from `seed` when left out. */
  parameters?: Parameters;
  backend: Backend;
  /** The corpus as token ids. */
  tokens: ArrayLike<number>;
  /** V: every token must be below it; the model's output tells when it is left out. */
  vocabularySize?: number;
  /** N: streams that start at N equally spaced offsets. */
  batch: number;
  /** T: steps of a chunk; gradients stop at its edge, states do not. */
  window: number;
  optimizer: Optimizer;
  /** Seeds dropout, and the weights where no `parameters` are given. */
  seed?: number;
}

/** Mean loss since it was last read. */
export interface LossReading {
  /** Nats a token. */
  loss: number;
  /** exp(loss) */
  perplexity: number;
  tokens: number;
}

export interface TrainOptions {
  /** Steps to run. */
  steps: number;
  /** Called after each step that was queued, with the number of steps queued by this call. */
  onStep?: (done: number) => void | Promise<void>;
  /** Stops after the step in hand. */
  signal?: AbortSignal;
}

export interface LanguageTrainer {
  /** The weights, for other plans of the model: `evaluator`, `generator`. */
  readonly parameters: Parameters;
  readonly plan: Executable['plan'];
  readonly executable: Executable;
  /** Milliseconds before the first step: building the plan, measuring its choices, and loading it. */
  readonly loadTimes: LoadTimes & { readonly build: number; readonly tune: number };
  /** Chunks in one pass over the corpus: floor((L-1) / (N·T)). */
  readonly stepsPerEpoch: number;
  readonly tokensPerStep: number;
  /** Updates so far; the optimizer's step number. */
  step: number;
  /** Queues training steps without waiting for each; resolves when all are done, with the number that ran. */
  train(options: TrainOptions): Promise<number>;
  /** Reads the mean loss since the last call and starts a new mean; `{ loss: NaN, tokens: 0 }` where no step came between. */
  readLoss(): Promise<LossReading>;
  /** Reads the mean loss so far without starting a new one. */
  peekLoss(): Promise<LossReading>;
  /** Norm of the last gradient before clipping; computed when asked for, where the optimizer does not clip by it. */
  gradientNorm(): Promise<number>;
  /** The carried states of one of the N streams, [H] each by name: where a text may go on from (`generate`). */
  streamStates(stream?: number): Promise<Record<string, Float32Array>>;
  /** Sets all carried states to zero, as at the beginning of a text. */
  resetStates(): void;
  /** The tensors besides parameters and slots that a resumed run needs: states, clock and running sums. */
  readonly carried: Readonly<Record<string, Tensor>>;
  /** Frees what belongs to this plan alone; `backend.release(parameters.storage)` frees weights and slots. */
  dispose(): void;
}

/**
 * Builds and loads the training plan: window, model, loss, backward, update, all in one submit a step.
 * @throws DataError when the corpus is shorter than one chunk or has ids outside the vocabulary;
 * ShapeError when the model's output is not [T,N,V]; OptionError when a recurrent layer carries no state.
 */
export async function languageTrainer(options: LanguageTrainerOptions): Promise<LanguageTrainer> {
  checkHanded('languageTrainer', options, ['tokens', 'batch', 'window', 'optimizer', 'seed']);
  const { model, backend, optimizer, seed = 0 } = options;
  if (typeof optimizer?.build !== 'function') {
    throw new OptionError(
      `[languageTrainer/optimizer] must be an optimizer, such as adam() makes, got ${shown(optimizer)}`,
    );
  }
  const tokens = tokenIds('languageTrainer/tokens', options.tokens);
  const parameters = options.parameters ?? new Parameters({ seed });
  const batch = expectCount(options.batch, 'batch');
  const window = expectCount(options.window, 'window');
  const stepsPerEpoch = Math.floor((tokens.length - 1) / (batch * window));
  if (stepsPerEpoch < 1) {
    throw new DataError(
      `the text has ${tokens.length} tokens, but one chunk of ${batch} streams of ${window} takes ${batch * window + 1};` +
        ' take a smaller batch or window, or a longer text',
    );
  }

  let corpus!: Tensor;
  let sums!: Tensor;
  let clockState!: Tensor;
  let update!: ReturnType<Optimizer['build']>;
  const { plan, build, tune } = await tunedPlan(backend, () =>
    buildPlan({ name: 'train', limits: backend.limits, parameters, training: true }, (b) => {
      corpus = b.input('corpus', [tokens.length], { dtype: 'u32' });
      sums = b.state('loss sums', [2]);
      clockState = clock(b);
      const { ids, labels } = corpusWindow(b, { corpus, batch, window });
      const { logits, vocabularySize } = buildLanguageModel(b, model, ids, options.vocabularySize);
      checkTokens(tokens, vocabularySize);
      const loss = crossEntropyRows(b, logits, labels, { sums, labelsChecked: true }).loss;
      b.backward();
      update = b.scope(optimizer.name, () => optimizer.build(b));
      return { loss };
    }),
  );
  const states = Object.values(plan.states).filter((t) => t.carried);
  if (states.length === 0)
    throw new OptionError(`[${model.name}] has no recurrent layer that carries a state`);
  const executable = await backend.load(plan);
  backend.write(corpus, tokens);
  backend.write(clockState, [0, 0, ...seedWords(seed)]);
  const queue: InFlight = inFlight(executable);

  const peekLoss = async (): Promise<LossReading> => {
    const [total, count] = await backend.read(sums);
    const loss = count > 0 ? total / count : Number.NaN;
    return { loss, perplexity: Math.exp(loss), tokens: count };
  };

  const norm = gradientNorm(backend, parameters);
  let disposed = false;
  const trainer: LanguageTrainer = {
    parameters,
    plan,
    executable,
    loadTimes: { build, tune, ...executable.loadTimes },
    stepsPerEpoch,
    tokensPerStep: batch * window,
    step: 0,
    async train(training) {
      checkOptions('train', training, ['steps', 'onStep', 'signal']);
      const { steps, onStep, signal } = training;
      if (!Number.isSafeInteger(steps) || steps < 0) {
        throw new OptionError(`[steps] must be an integer from 0 on, got ${steps}`);
      }
      if (disposed) throw new DeviceError('this trainer was disposed of and cannot train');
      let done = 0;
      try {
        while (done < steps && !signal?.aborted) {
          backend.write(update.hyper, optimizer.hyper(trainer.step + 1));
          executable.run();
          trainer.step++;
          done++;
          await queue.submitted();
          await onStep?.(done);
        }
      } finally {
        await queue.drained();
      }
      return done;
    },
    async readLoss() {
      const reading = await peekLoss();
      backend.write(sums, [0, 0]);
      return reading;
    },
    peekLoss,
    async gradientNorm() {
      return update.norm ? (await backend.read(update.norm))[0] : norm.read();
    },
    async streamStates(stream = 0) {
      if (!Number.isSafeInteger(stream) || stream < 0 || stream >= batch) {
        throw new OptionError(`[stream] must be from 0 to ${batch - 1}, got ${stream}`);
      }
      const rows: Record<string, Float32Array> = {};
      for (const t of states) {
        const width = sizeOf(t.shape) / batch;
        const values = await backend.read(t);
        rows[t.name] = Float32Array.from(values.subarray(stream * width, (stream + 1) * width));
      }
      return rows;
    },
    resetStates: () => zeroStates(states, backend.write),
    carried: Object.fromEntries([...states, clockState, sums].map((t) => [t.name, t])),
    dispose() {
      disposed = true;
      norm.dispose();
      executable.dispose();
    },
  };
  return trainer;
}
