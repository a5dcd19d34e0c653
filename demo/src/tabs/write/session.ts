// One model on the device: its training plan, the plan that measures it, the plan that writes, and what they tell.
import {
  adam,
  type Backend,
  type Evaluator,
  evaluator,
  type LanguageModelConfig,
  type LanguageTrainer,
  languageModel,
  languageTrainer,
  Parameters,
  type Sequential,
  type Vocabulary,
} from 'webgpu-rnn';
import type { AdapterInfo } from '../../types.ts';
import type { TextFacts } from './messages.ts';
import { packModel, restamp, restoreTraining, restoreWeights, type StoredModel } from './model_file.ts';
import type { RunSettings, Sampling } from './settings.ts';
import { fittingBatch, type Tokens } from './text.ts';
import { openWriter, type Writer } from './writer.ts';

/** Widest embedding of characters. */
const EMBEDDING = 64;
/** Largest norm of a gradient. */
const CLIP = 5;

export interface SessionOptions {
  backend: Backend;
  adapter: AdapterInfo;
  settings: RunSettings;
  vocabulary: Vocabulary;
  /** A model to begin with instead of a new one. */
  stored?: StoredModel | undefined;
  /** Tells the runs of one visit apart. */
  run: number;
}

export class Session {
  readonly settings: RunSettings;
  readonly run: number;
  readonly vocabulary: Vocabulary;
  readonly config: LanguageModelConfig;
  readonly parameters: Parameters;
  trainer: LanguageTrainer | undefined;
  writer: Writer | undefined;
  /** Learning rate of the updates to come. */
  rate: number;
  readonly #backend: Backend;
  readonly #adapter: AdapterInfo;
  readonly #model: Sequential;
  readonly #stored: StoredModel | undefined;
  #evaluator: Evaluator | undefined;
  #tokens: Tokens | undefined;
  #textName = '';
  #disposed = false;

  constructor({ backend, adapter, settings, vocabulary, stored, run }: SessionOptions) {
    this.#backend = backend;
    this.#adapter = adapter;
    this.#stored = stored;
    this.settings = settings;
    this.run = run;
    this.vocabulary = vocabulary;
    this.rate = settings.rate;
    this.config = stored?.config ?? {
      vocabularySize: vocabulary.size,
      cell: settings.cell,
      layers: settings.layers,
      units: settings.units,
      embedding: Math.min(EMBEDDING, settings.units),
      dropout: settings.dropout,
      tieWeights: false,
    };
    this.#model = languageModel(this.config);
    this.parameters = new Parameters({ seed: settings.seed });
  }

  get step(): number {
    return this.trainer?.step ?? this.#stored?.step ?? 0;
  }

  /** Whether the weights are more than first guesses. */
  get trained(): boolean {
    return this.step > 0;
  }

  get weights(): number {
    return this.parameters.all.reduce((sum, { shape }) => sum + shape.reduce((a, n) => a * n, 1), 0);
  }

  /** Bytes on the device of all plans; what they share counts once. */
  get memory(): number {
    const plans = [this.trainer, this.writer, this.#evaluator].map((made) => made?.plan.roots ?? []);
    const roots = new Set(plans.flat());
    return [...roots].reduce((sum, { shape }) => sum + 4 * shape.reduce((a, n) => a * n, 1), 0);
  }

  /** What was kept back of the text that it learns. */
  get passage(): string | undefined {
    return this.#tokens && this.vocabulary.decode(this.#tokens.validation);
  }

  /** Builds the training plan over a text. */
  async learnFrom(tokens: Tokens, name: string): Promise<TextFacts> {
    const { window, seed } = this.settings;
    const batch = fittingBatch(tokens.training.length, window, this.settings.batch);
    const trainer = await languageTrainer({
      model: this.#model,
      parameters: this.parameters,
      backend: this.#backend,
      tokens: tokens.training,
      batch,
      window,
      seed,
      optimizer: adam({ learningRate: () => this.rate, globalClipNorm: CLIP }),
    });
    if (!this.#late(trainer)) {
      if (this.#stored) restoreTraining(this.#stored, this.#backend, trainer, tokens.fingerprint);
      this.trainer = trainer;
    }
    this.#tokens = tokens;
    this.#textName = name;
    return {
      name,
      characters: tokens.training.length + tokens.validation.length,
      validation: tokens.validation.length,
      measured: this.#measured(tokens.validation),
      distinct: this.vocabulary.size,
      stepsPerEpoch: trainer.stepsPerEpoch,
      batch,
    };
  }

  async openWriter(sampling: Sampling): Promise<void> {
    const { vocabulary } = this;
    const writer = await openWriter({
      model: this.#model,
      parameters: this.parameters,
      backend: this.#backend,
      seed: this.settings.seed,
      first: vocabulary.idOf('\n') ?? 0,
      sampling,
    });
    if (this.#late(writer)) return;
    if (this.#stored && !this.trainer) restoreWeights(this.#stored, this.#backend, this.parameters);
    this.writer = writer;
  }

  /** The mean loss on the text that was kept back; NaN where there is none, or the session is over. */
  async validate(signal: AbortSignal): Promise<number> {
    const tokens = this.#tokens?.validation;
    if (!tokens || tokens.length < 2) return Number.NaN;
    const parts = Math.max(1, Math.min(16, Math.floor(tokens.length / 64)));
    if (!this.#evaluator) {
      const made = await evaluator({
        model: this.#model,
        parameters: this.parameters,
        backend: this.#backend,
        batch: parts,
        window: Math.min(64, Math.ceil((tokens.length - 1) / parts)),
      });
      if (this.#late(made)) return Number.NaN;
      this.#evaluator = made;
    }
    const { loss } = await this.#evaluator.evaluate(tokens.subarray(0, this.#measured(tokens)), { signal });
    return signal.aborted ? Number.NaN : loss;
  }

  /** Characters that a measurement takes: of a software adapter a part, so that training goes on. */
  #measured({ length }: Uint32Array): number {
    return this.#adapter.software || this.#adapter.device === 'cpu' ? Math.min(3000, length) : length;
  }

  /** Whether the session ended while a plan was loaded: it is freed then, and so are the weights it brought back. */
  #late(plan: { dispose(): void }): boolean {
    if (!this.#disposed) return false;
    plan.dispose();
    this.#backend.release(this.parameters.storage);
    return true;
  }

  /** The model as a file, with what training needs to go on. */
  async pack(): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.trainer && this.#stored) return restamp(this.#stored, this.run);
    const tokens = this.#tokens;
    return packModel({
      backend: this.#backend,
      parameters: this.parameters,
      config: this.config,
      vocabulary: this.vocabulary,
      settings: { ...this.settings, rate: this.rate },
      step: this.step,
      trainer: this.trainer,
      text: {
        name: this.#textName,
        tokens: tokens ? tokens.training.length + tokens.validation.length : 0,
        fingerprint: tokens?.fingerprint ?? this.#stored?.fingerprint ?? '',
      },
      adapter: this.#adapter.description,
      run: this.run,
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.trainer?.dispose();
    this.writer?.dispose();
    this.#evaluator?.dispose();
    this.#backend.release(this.parameters.storage);
  }
}
