// A model: layers with weights that can be trained, tried and looked into, by the names that Keras and tf.layers use.
import type { Backend } from '../backends/backend.ts';
import type { Parameters } from '../core/parameters.ts';
import type { NdArray } from '../data/nd_array.ts';
import type { Weighted } from '../layers/bound.ts';
import type { AnyLayer, Layer } from '../layers/layer.ts';
import type { Applicable } from '../layers/symbolic.ts';
import type { History, Logs } from '../training/callback.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { CompileOptions } from './compile.ts';
import type { DatasetSource, SamplesOptions } from './dataset.ts';
import type { EvaluateOptions, FitOptions, PredictOptions } from './fit_options.ts';
import type { Graph } from './graph.ts';
import type { FitDatasetOptions } from './model_trainer.ts';
import type { Slots } from './model_weights.ts';
import type { PublicShape } from './sketch.ts';

/** What lives on a backend behind a model. */
export interface ModelRuntime {
  /** All weights, as plans know them. */
  readonly parameters: Parameters;
  /** What the optimizer keeps for each weight, to be read, or to go on from. */
  readonly weights: { slots(): Promise<Slots>; setSlots(slots: Slots): void };
  /** Where the model runs from now on; weights that live elsewhere are carried over. */
  useBackend(backend: Backend): void;
  /** Takes all weights by name, before anything runs. */
  startWith(values: ReadonlyMap<string, NdArray>): void;
}

export interface Model extends Layer, Applicable {
  readonly name: string;
  readonly className: 'Sequential' | 'Functional';
  /** The layers, each once, in the order in which they run. */
  readonly layers: readonly (AnyLayer & Weighted)[];
  /** The names under which the layers' parameters are found: lstm, lstm_1, ... */
  readonly layerNames: readonly string[];
  /**
   * What runs where.
   * @throws ShapeError while a sequential model does not know its input.
   */
  readonly graph: Graph;
  readonly hasGraph: boolean;
  /** Batch-major shapes of the outputs, null where the batch or the data decide. */
  readonly outputShapes: readonly PublicShape[];
  readonly optimizer: Optimizer | undefined;
  /** What compile() was told, if it was called. */
  readonly compiled: CompileOptions | undefined;
  /** Updates since compile(). */
  step: number;
  /** Of the next update; a number that is set replaces a schedule. */
  learningRate: number;
  /**
   * Says how to train; the optimizer begins anew, the weights stay.
   * @throws OptionError for names and numbers that do not fit.
   */
  compile(options?: CompileOptions): void;
  /**
   * Trains on arrays x [N,...] and y [N,...] (objects or lists of arrays for several inputs or outputs).
   * The last batch of an epoch may be smaller and counts by its samples; the history has one number an epoch.
   * @throws ShapeError, DataError, OptionError before anything runs; DeviceError when the device is lost.
   */
  fit(x: unknown, y: unknown, options?: FitOptions): Promise<History>;
  /** Trains on a dataset: something that yields { x, y } batches, anew in each epoch (or a function that returns that). */
  fitDataset(dataset: DatasetSource, options?: FitDatasetOptions): Promise<History>;
  /** Loss and metrics by name. */
  evaluate(x: unknown, y: unknown, options?: EvaluateOptions): Promise<Logs>;
  evaluateDataset(dataset: DatasetSource, options?: { signal?: AbortSignal }): Promise<Logs>;
  /** The output [N,...], or one for each output, computed batch by batch. */
  predict(x: unknown, options?: PredictOptions): Promise<NdArray>;
  /** As `predict`, for a model with several outputs: always an array of them. */
  predictAll(x: unknown, options?: PredictOptions): Promise<NdArray[]>;
  /** As `predict`, all samples at once. */
  predictOnBatch(x: unknown, options?: Omit<PredictOptions, 'batchSize'>): Promise<NdArray>;
  /** One update; gives loss and metrics of this batch before it. */
  trainOnBatch(x: unknown, y: unknown, options?: SamplesOptions): Promise<Logs>;
  /** Loss and metrics of this batch. */
  testOnBatch(x: unknown, y: unknown, options?: SamplesOptions): Promise<Logs>;
  /** Keras' table of the layers: name, output shape, parameters. */
  summary(options?: { print?: (text: string) => void }): string;
  /** @throws OptionError for a name or position that no layer has. */
  getLayer(which: string | number): AnyLayer & Weighted;
  /** All weights, in the order of their layers, in Keras' layout. */
  getWeights(): Promise<NdArray[]>;
  /** @throws ShapeError naming the first weight that does not fit; then none is replaced. */
  setWeights(weights: readonly unknown[]): Promise<void>;
  /** The names of the weights in the order of `getWeights`: lstm/kernel, ... */
  readonly weightNames: readonly string[];
  /** Whatever else belongs into its file, as JSON can hold it: scalers, vocabularies, notes. */
  extras: Record<string, unknown>;
  /** Its plans, weights and backend; for files and for looking inside. */
  readonly runtime: ModelRuntime;
  countParams(): number;
  /** Zeros in the states that stateful layers carry. */
  resetStates(): Promise<void>;
  /** The model and its weights as the bytes of one file (safetensors); `loadModel` reads it. */
  save(): Promise<Uint8Array>;
  /** Frees plans and weights on the device; a model made of the backend's own is not disposed of with it. */
  dispose(): Promise<void>;
  getConfig(): Record<string, unknown>;
  /** The architecture as text; `modelFromJSON` reads it. */
  toJSON(): string;
}
