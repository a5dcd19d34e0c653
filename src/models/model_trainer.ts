// Everything that runs batches through a model: from what a user hands in to what comes back.
import { OptionError } from '../core/errors.ts';
import { checkOptions } from '../core/options.ts';
import type { NdArray } from '../data/nd_array.ts';
import { uniqueNames } from '../layers/unique_names.ts';
import type { History, Logs } from '../training/callback.ts';
import { Compilation } from './compilation.ts';
import { type CompileOptions, checkCompile, objectivesOf } from './compile.ts';
import {
  batchesOf,
  type DataSpec,
  type DatasetSource,
  firstOf,
  isDataset,
  opener,
  partsOf,
  type SamplesOptions,
  samplesOf,
} from './dataset.ts';
import { type EpochSource, evaluateLoop, fitLoop, shuffled, splitSamples, type Validation } from './fit.ts';
import {
  callbacksOf,
  checkEvaluateOptions,
  checkFitOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from './fit_options.ts';
import type { Graph } from './graph.ts';
import { inOrder, type OutputSpec, Pass, predictAll, type Setting } from './loops.ts';
import { arraysOf, type Samples } from './model_data.ts';
import type { Runtime } from './runtime.ts';
import { startSession } from './session.ts';

/** Options of fit that a dataset decides itself. */
const OF_ARRAYS = [
  'batchSize',
  'validationSplit',
  'shuffle',
  'sampleWeight',
  'classWeight',
  'mask',
  'lengths',
] as const;

/** Options of a single batch. */
const OF_SAMPLES = ['sampleWeight', 'classWeight', 'mask', 'lengths'];

export type FitDatasetOptions = Omit<FitOptions, (typeof OF_ARRAYS)[number]>;

/** The number of batches, where a dataset says it as those of this library do. */
function batchesIn(dataset: DatasetSource): number | undefined {
  const { batches } = dataset as { batches?: unknown };
  return typeof batches === 'number' ? batches : undefined;
}

export class ModelTrainer {
  readonly #name: string;
  readonly #runtime: Runtime;
  /** Makes the graph of a model that waits for data. */
  readonly #graphFor: ((x: NdArray) => Graph) | undefined;
  readonly #save: () => Promise<Uint8Array>;
  readonly compilation: Compilation;
  /** Calls of fit so far, each of which has another order of samples. */
  #fits = 0;
  #training = false;

  constructor(
    name: string,
    runtime: Runtime,
    graphFor: ((x: NdArray) => Graph) | undefined,
    save: () => Promise<Uint8Array>,
  ) {
    this.#name = name;
    this.#runtime = runtime;
    this.#graphFor = graphFor;
    this.#save = save;
    this.compilation = new Compilation(name);
  }

  compile(options: CompileOptions): void {
    if (this.#training) throw new OptionError(`[${this.#name}] trains: await fit before you compile anew`);
    const compiled = checkCompile(this.#name, options);
    const objectives = this.#runtime.hasGraph ? objectivesOf(this.#name, options, this.outputs) : undefined;
    if (options.seed !== undefined) this.#runtime.setSeed(options.seed);
    if (options.backend) this.#runtime.useBackend(options.backend);
    this.compilation.take(compiled, objectives);
    this.#configure();
  }

  async fit(x: unknown, y: unknown, options: FitOptions): Promise<History> {
    checkFitOptions(`${this.#name}/fit`, options);
    this.compilation.expect('fit');
    const all = this.#samples('fit', x, y, options);
    const { batchSize = 32, validationSplit, validationData, validationBatchSize = batchSize } = options;
    const [trained, held] = validationSplit ? splitSamples(all, validationSplit) : [all, undefined];
    if (held) this.#expectWhole('fit/validationSplit', held, validationBatchSize);
    const validation = held
      ? () => inOrder(held, validationBatchSize)
      : this.#validation('fit/validationData', validationData, validationBatchSize);
    this.#expectWhole('fit', trained, batchSize);
    const { seed } = this.#runtime;
    const shuffle = options.shuffle ?? true;
    const source = shuffled(trained, { batchSize, shuffle, seed, fits: this.#fits++ });
    return this.#train(source, validation, options);
  }

  async fitDataset(dataset: DatasetSource, options: FitDatasetOptions): Promise<History> {
    if (Array.isArray(options)) {
      throw new OptionError(
        `[${this.#name}/fitDataset] takes a dataset and options; for arrays there is fit(x, y)`,
      );
    }
    checkFitOptions(`${this.#name}/fitDataset`, options, OF_ARRAYS);
    this.compilation.expect('fitDataset');
    const open = await this.#opened('fitDataset', dataset);
    const validation = this.#validation(
      'fitDataset/validationData',
      options.validationData,
      options.validationBatchSize ?? 32,
    );
    const count = batchesIn(dataset);
    const source = { count, batches: () => batchesOf('fitDataset', this.#spec(), open()) };
    return this.#train(source, validation, options);
  }

  async evaluate(x: unknown, y: unknown, options: EvaluateOptions): Promise<Logs> {
    checkEvaluateOptions(`${this.#name}/evaluate`, options);
    this.compilation.expect('evaluate');
    const { batchSize = 32, signal } = options;
    const all = this.#samples('evaluate', x, y, options);
    this.#expectWhole('evaluate', all, batchSize);
    return evaluateLoop(this.#setting(), inOrder(all, batchSize), signal);
  }

  async evaluateDataset(dataset: DatasetSource, options: { signal?: AbortSignal }): Promise<Logs> {
    checkEvaluateOptions(`${this.#name}/evaluateDataset`, options, false);
    this.compilation.expect('evaluateDataset');
    const open = await this.#opened('evaluateDataset', dataset);
    const batches = batchesOf('evaluateDataset', this.#spec(), open());
    return evaluateLoop(this.#setting(), batches, options.signal);
  }

  async predict(where: string, x: unknown, options: PredictOptions): Promise<NdArray[]> {
    checkEvaluateOptions(`${this.#name}/${where}`, options, false);
    const { batchSize = 32, signal } = options;
    const all = this.#inputs(where, x, options);
    this.#expectWhole(where, all, batchSize);
    return predictAll(this.#setting(), inOrder(all, batchSize), signal);
  }

  /** Loss and metrics of one batch, and an update after them in training. */
  async onBatch(mode: 'train' | 'test', x: unknown, y: unknown, options: SamplesOptions): Promise<Logs> {
    const where = `${mode}OnBatch`;
    checkOptions(`${this.#name}/${where}`, options, OF_SAMPLES);
    this.compilation.expect(where);
    const one = this.#samples(where, x, y, options);
    if (mode === 'train') this.#expectIdle();
    return this.#runtime.passes[mode].run(async () => {
      const pass = new Pass(this.#setting(), mode);
      try {
        await pass.run(one, mode === 'train' ? () => ++this.compilation.step : undefined);
        await pass.drained();
        return await pass.logs();
      } finally {
        pass.close();
      }
    });
  }

  #expectIdle(): void {
    if (!this.#training) return;
    throw new OptionError(`[${this.#name}] trains already: await the first fit before the second`);
  }

  /** States that go on from batch to batch need batches of one size. */
  #expectWhole(where: string, { x }: Samples, batchSize: number): void {
    const { length } = x[0];
    const rest = length % batchSize;
    if (!this.#runtime.sketch.stateful || length <= batchSize || rest === 0) return;
    throw new OptionError(
      `[${this.#name}/${where}] is stateful and needs batches of one size: ${length} samples in batches of ${batchSize}` +
        ` leave a rest of ${rest}; take a batchSize that divides ${length}`,
    );
  }

  async #train(
    source: EpochSource,
    validation: Validation | undefined,
    options: FitOptions,
  ): Promise<History> {
    this.#expectIdle();
    this.#training = true;
    try {
      const session = startSession({
        ...{ name: this.#name, trainer: this.compilation, runtime: this.#runtime, save: this.#save },
        ...{ epochs: options.epochs ?? 1, batches: source.count, validates: validation !== undefined },
      });
      const callbacks = callbacksOf(options);
      return await this.#runtime.passes.train.run(() =>
        fitLoop(this.#setting(), session, source, validation, { ...options, callbacks }),
      );
    } finally {
      this.#training = false;
    }
  }

  #validation(where: string, data: unknown, batchSize: number): Validation | undefined {
    if (data === undefined) return undefined;
    if (isDataset(data)) {
      const open = opener(where, data);
      return () => batchesOf(where, this.#spec(), open());
    }
    const { x, y, ...rest } = partsOf(where, data);
    if (y === undefined) throw new OptionError(`[${where}] takes [x, y], got x alone`);
    const samples = this.#samples(where, x, y, rest);
    this.#expectWhole(where, samples, batchSize);
    return () => inOrder(samples, batchSize);
  }

  async #opened(where: string, dataset: DatasetSource) {
    const open = opener(`${this.#name}/${where}`, dataset);
    if (!this.#runtime.hasGraph) {
      const { x } = await firstOf(where, opener(where, dataset)());
      this.#settle(where, x);
    }
    this.compilation.expect(where);
    return open;
  }

  /** Gives a waiting model its graph, of the first data it sees. */
  #settle(where: string, x: unknown): void {
    if (this.#runtime.hasGraph || !this.#graphFor) return;
    this.#runtime.settle(this.#graphFor(arraysOf(`${where}/x`, x, ['input'])[0]));
    this.compilation.settle(this.outputs);
    this.#configure();
  }

  #samples(where: string, x: unknown, y: unknown, options: SamplesOptions): Samples {
    if (y === undefined || typeof x === 'function') {
      throw new OptionError(`[${this.#name}/${where}] takes x and y; for datasets there is ${where}Dataset`);
    }
    this.#settle(where, x);
    this.compilation.expect(where);
    return samplesOf(where, this.#spec(), { x, y }, options);
  }

  #inputs(where: string, x: unknown, options: SamplesOptions): Samples {
    this.#settle(where, x);
    return samplesOf(where, this.#spec(), { x, y: undefined }, options);
  }

  /** Tells the runtime what its plans are to do. */
  #configure(): void {
    const { optimizer, objectives = [] } = this.compilation;
    if (optimizer) this.#runtime.configure({ objectives, optimizer });
  }

  /** The outputs by the names of their layers, numbered where one layer gives several. */
  get outputs(): OutputSpec[] {
    const { graph, sketch } = this.#runtime;
    const names = uniqueNames(
      graph.outputs.map(({ call, index }) => (call < 0 ? graph.inputs[index].name : graph.calls[call].name)),
    );
    return sketch.outputs.map((shape, i) => ({
      ...{ name: names[i], shape, rowAxes: sketch.rowAxes[i] },
      ...{ followsInput: sketch.followsInput[i], classes: sketch.classes[i] },
    }));
  }

  #setting(): Setting {
    const { outputs } = this;
    const none = { loss: undefined, weight: 1, metrics: [], weightedMetrics: [] };
    return {
      runtime: this.#runtime,
      outputs,
      objectives: this.compilation.objectives ?? outputs.map(() => none),
      hyper: (step) => this.compilation.optimizer!.hyper(step),
    };
  }

  #spec(): DataSpec {
    const { graph, sketch } = this.#runtime;
    return { inputs: graph.inputs, idLimits: sketch.idLimits, ...this.#setting() };
  }
}
