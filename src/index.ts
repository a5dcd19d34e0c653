// The only public door of the library.
import { webgpu as defaultDevice } from './backends/webgpu/webgpu.ts';
import { saveModel as writeModel } from './io/model_file.ts';
import { connect } from './models/doors.ts';

export type { Backend, Executable, KernelTime, LoadTimes } from './backends/backend.ts';
export { type CpuOptions, cpu } from './backends/cpu.ts';
export { profileTable } from './backends/profile_table.ts';
export type { Measured, TunedDevice } from './backends/tuner.ts';
export type { Autotune, Tuning, TuningOptions } from './backends/tuning.ts';
export type { DeviceOptions } from './backends/webgpu/device.ts';
export { type WebGpuBackend, type WebGpuOptions, webgpu } from './backends/webgpu/webgpu.ts';
export {
  type ActivationOptions,
  type Builder,
  buildPlan,
  type GivenParams,
  type InputOptions,
  type Moment,
  type StateOptions,
} from './core/builder.ts';
export type {
  Candidate,
  Choice,
  Chosen,
  Decider,
  Trial,
  TrialInput,
  TrialSize,
  Tuned,
} from './core/choices.ts';
export type { Lookup, RowParts } from './core/deferred.ts';
export type { DeviceModel } from './core/device_model.ts';
export { DataError, DeviceError, FormatError, OptionError, ShapeError } from './core/errors.ts';
export {
  type Access,
  type Binding,
  type Bindings,
  type Constants,
  type Cost,
  defineKernel,
  type FloatArray,
  type Kernel,
  linearGrid,
  type ParamTypes,
  type ParamValues,
  type Storage,
} from './core/kernel.ts';
export { defaultLimits, type GivenLimits, type Limits, type Precision } from './core/limits.ts';
export {
  type Constraint,
  fromStorage,
  type Initial,
  type ParameterOptions,
  Parameters,
  type Regularizer,
  toStorage,
} from './core/parameters.ts';
export type { Clear, Copy, Dispatch, Plan, Step } from './core/plan.ts';
export { type Random, random } from './core/random.ts';
export type { DType, Role, Tensor } from './core/tensor.ts';
export { type BucketBatch, type BucketOptions, bucketByLength, type Sequences } from './data/buckets.ts';
export {
  type ArrayBatch,
  type ArrayDataset,
  type ArrayTable,
  type BatchOptions,
  datasetFromArrays,
} from './data/datasets.ts';
export {
  type Folds,
  type KFoldOptions,
  kFold,
  type StratifiedFolds,
  stratifiedKFold,
  type TimeSeriesSplitOptions,
  timeSeriesSplit,
} from './data/folds.ts';
export {
  type ArrayLikeData,
  NdArray,
  type Nested,
  type NestedNumbers,
  type Numbers,
  type NumbersOfRank,
  ndarray,
  oneHot,
} from './data/nd_array.ts';
export { type PadSequencesOptions, padSequences } from './data/pad_sequences.ts';
export {
  type ColumnOptions,
  type MinMaxScalerOptions,
  minMaxScaler,
  type Scaler,
  type ScalerRecord,
  type StandardScalerOptions,
  scalerFromJSON,
  standardScaler,
} from './data/scalers.ts';
export {
  type Classes as ClassLabels,
  type Split,
  type SplitOptions,
  trainTestIndices,
  trainTestSplit,
} from './data/split.ts';
export {
  type EncodeOptions,
  type Level,
  type TextOptions,
  Vocabulary,
  type VocabularyRecord,
} from './data/vocabulary.ts';
export { type WindowOptions, type Windows, windowDataset, windows } from './data/windows.ts';
export type { Recorded } from './experiments/curves.ts';
export {
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type Measures,
  type Verdict,
  type VerdictCause,
} from './experiments/diagnose.ts';
export { type PlotHistoryOptions, plotHistory } from './experiments/plot_history.ts';
export { repeat, type Spread } from './experiments/repeat.ts';
export {
  type ModelRecord,
  type Progress,
  packWeights,
  parseModelRecord,
  type TrainingRecord,
  unpackWeights,
} from './io/checkpoint.ts';
export { type LoadModelOptions, loadModel, saveModel } from './io/model_file.ts';
export {
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  type TensorData,
  writeSafetensors,
} from './io/safetensors.ts';
export type { ElementwiseName } from './kernels/activation_kinds.ts';
export { type ClockOptions, clock } from './kernels/clock.ts';
export { kernels } from './kernels/index.ts';
export { type ColumnSums, type MatmulOptions, type Matrix, matmul } from './kernels/matmul.ts';
export {
  type ActivationLayerOptions,
  type ActivationName,
  type ApplyActivationOptions,
  activation,
  applyActivation,
} from './layers/activation.ts';
export {
  type EluOptions,
  elu,
  type LeakyReLUOptions,
  leakyReLU,
  type PReLUOptions,
  prelu,
  type ReLUOptions,
  reLU,
  type SoftmaxOptions,
  softmax,
} from './layers/activation_layers.ts';
export {
  type AdditiveAttentionOptions,
  type AttentionOptions,
  additiveAttention,
  attention,
  type CommonAttentionOptions,
} from './layers/attention.ts';
export { type BatchNormalizationOptions, batchNormalization } from './layers/batch_normalization.ts';
export {
  type BidirectionalLayer,
  type BidirectionalOptions,
  bidirectional,
  type Directed,
  type MergeMode,
} from './layers/bidirectional.ts';
export type { WeightArray, Weighted } from './layers/bound.ts';
export {
  type BackwardRecurrence,
  type Cell,
  type CellWeight,
  endSlots,
  type Recurrence,
  type RecurrentProduct,
  type StepPlace,
  stepsOf,
} from './layers/cell.ts';
export type { CellActivationName, CellActivationOption, CellOptions } from './layers/cell_options.ts';
export type { ConstraintName, ConstraintOption } from './layers/constraints.ts';
export * as constraints from './layers/constraints.ts';
export { type Conv1DOptions, conv1D } from './layers/conv_1d.ts';
export { type CrfOptions, crf } from './layers/crf.ts';
export { type DenseLayer, type DenseOptions, dense } from './layers/dense.ts';
export { type DotOptions, dot } from './layers/dot.ts';
export {
  type DropoutOptions,
  dropout,
  type SpatialDropout1DOptions,
  spatialDropout1D,
} from './layers/dropout.ts';
export {
  type EmbeddingLayer,
  type EmbeddingOptions,
  embedding,
  type Table as EmbeddingTable,
} from './layers/embedding.ts';
export type { FirstShape } from './layers/first_shape.ts';
export { type GruOptions, gru } from './layers/gru.ts';
export type { Initializer, InitializerName, InitializerOption } from './layers/initializers.ts';
export * as initializers from './layers/initializers.ts';
export type { InputGradients, InputProduct } from './layers/input_product.ts';
export { type AnyLayer, defineLayer, type Layer, type Outputs } from './layers/layer.ts';
export type { LayerConfig } from './layers/layer_config.ts';
export {
  type LayerNormalizationOptions,
  layerNormalization,
  type RmsNormalizationOptions,
  rmsNormalization,
} from './layers/layer_normalization.ts';
export { publicShape } from './layers/layout.ts';
export { type LstmOptions, lstm } from './layers/lstm.ts';
export { type MaskingOptions, masking } from './layers/masking.ts';
export {
  add,
  average,
  type ConcatenateOptions,
  concatenate,
  maximum,
  minimum,
  multiply,
  subtract,
} from './layers/merge.ts';
export { broadcast, joined, padded, permuted, reshaped, sliced } from './layers/movements.ts';
export { type MultiHeadAttentionOptions, multiHeadAttention } from './layers/multi_head_attention.ts';
export type { NamedConfig } from './layers/named.ts';
export type { Axes } from './layers/norm_axes.ts';
export { added, larger, multiplied, product, scaled, smaller, subtracted } from './layers/operations.ts';
export type { AppliedLayer, LayerOptions } from './layers/plain.ts';
export {
  type AveragePooling1DOptions,
  averagePooling1D,
  type GlobalPooling1DOptions,
  globalAveragePooling1D,
  globalMaxPooling1D,
  maxPooling1D,
  type Pooling1DOptions,
} from './layers/pooling.ts';
export type { Lane, RecurrenceOptions } from './layers/recurrence.ts';
export {
  type RecurrentLayer,
  type RecurrentOptions,
  type RecurrentResult,
  type RecurrentTraits,
  type RunOptions,
  recurrentLayer,
  type SequenceOptions,
} from './layers/recurrent.ts';
export type { BiasInitial, WeightOptions as RecurrentWeightOptions } from './layers/recurrent_weights.ts';
export { mean, rowMeans, total } from './layers/reductions.ts';
export type { RegularizerOption } from './layers/regularizers.ts';
export * as regularizers from './layers/regularizers.ts';
export {
  gruCell,
  lstmCell,
  type OptionsOfLayers,
  type RecurrentCell,
  type RnnLayer,
  type RnnOptions,
  rnn,
  simpleRNNCell,
} from './layers/rnn.ts';
export {
  type Cropping1DOptions,
  cropping1D,
  flatten,
  type PermuteOptions,
  permute,
  type RepeatVectorOptions,
  type ReshapeOptions,
  repeatVector,
  reshape,
  type Sides,
  type UpSampling1DOptions,
  upSampling1D,
  type ZeroPadding1DOptions,
  zeroPadding1D,
} from './layers/shape.ts';
export { type RnnActivation, type SimpleRnnOptions, simpleRNN } from './layers/simple_rnn.ts';
export type { Sizes as RecurrenceSizes, Strategy } from './layers/strategy.ts';
export {
  type Applicable,
  type ApplyOptions,
  type InputLayerOptions,
  type InputSpec,
  input,
  type Node as SymbolicNode,
  type Symbolic,
} from './layers/symbolic.ts';
export { type TimeDistributedOptions, timeDistributed } from './layers/time_distributed.ts';
export type { WeightOptions } from './layers/weights.ts';
export type { Padding } from './layers/windows.ts';
export type { CompileOptions, LossOption, MetricOption } from './models/compile.ts';
export type { ModelConfig } from './models/config.ts';
export type { Dataset, DatasetBatch, DatasetSource, SamplesOptions } from './models/dataset.ts';
export type {
  EvaluateOptions as TestOptions,
  FitOptions,
  PredictOptions,
  SampleOptions,
} from './models/fit_options.ts';
export { type FromConfigOptions, type ModelJson, modelFromJSON } from './models/from_config.ts';
export { type FunctionalOptions, model } from './models/functional.ts';
export type { Call as GraphCall, Graph, Source as GraphSource } from './models/graph.ts';
export { type CellName, type LanguageModelConfig, languageModel } from './models/language_model.ts';
export type { Model, ModelRuntime } from './models/model.ts';
export type { FitDatasetOptions } from './models/model_trainer.ts';
export type { Slots as OptimizerSlots } from './models/model_weights.ts';
export { type CustomObjects, type LayerFactory, layerClasses, layerFromConfig } from './models/registry.ts';
export { type Sequential, sequential } from './models/sequential.ts';
export type { PublicShape } from './models/sketch.ts';
export { type AveragedWeights, averagedWeights } from './training/averaged_weights.ts';
export type { Callback, History, Logs, Store, Training } from './training/callback.ts';
export { type CsvLoggerOptions, csvLogger } from './training/callbacks/csv_logger.ts';
export {
  type EarlyStopping,
  type EarlyStoppingOptions,
  earlyStopping,
} from './training/callbacks/early_stopping.ts';
export { lambdaCallback } from './training/callbacks/lambda_callback.ts';
export { learningRateScheduler } from './training/callbacks/learning_rate_scheduler.ts';
export { type MemoryStore, memoryStore } from './training/callbacks/memory_store.ts';
export {
  type ModelCheckpoint,
  type ModelCheckpointOptions,
  modelCheckpoint,
} from './training/callbacks/model_checkpoint.ts';
export type { MonitorMode } from './training/callbacks/monitor.ts';
export { type ProgressBarOptions, progressBar } from './training/callbacks/progress_bar.ts';
export {
  type ReduceLROnPlateauOptions,
  reduceLROnPlateau,
} from './training/callbacks/reduce_lr_on_plateau.ts';
export { type TensorBoardOptions, tensorBoard } from './training/callbacks/tensor_board.ts';
export { type TerminateOnNaNOptions, terminateOnNaN } from './training/callbacks/terminate_on_nan.ts';
export {
  type EvaluateOptions,
  type Evaluator,
  type EvaluatorOptions,
  evaluator,
} from './training/evaluation.ts';
export {
  type GenerateOptions,
  type Generator,
  type GeneratorOptions,
  generator,
} from './training/generation.ts';
export {
  type LanguageTrainer,
  type LanguageTrainerOptions,
  type LossReading,
  languageTrainer,
  type TrainOptions,
} from './training/language_trainer.ts';
export type { GivenLoss } from './training/losses/by_name.ts';
export type { CrossEntropyRows } from './training/losses/cross_entropy.ts';
export type { BeamSearchOptions, DecodeOptions, Scores } from './training/losses/ctc_decode.ts';
export {
  type BinaryCrossentropyOptions,
  type BinaryFocalOptions,
  binaryCrossentropy,
  binaryFocalCrossentropy,
  type CategoricalFocalOptions,
  type CategoricalOptions,
  type ClassLossOptions,
  type CrossEntropyOptions,
  type CtcLengths,
  type CtcOptions,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  categoricalHinge,
  cosineSimilarity,
  crfLoss,
  crossEntropyRows,
  ctc,
  ctcBeamSearch,
  ctcGreedyDecode,
  ctcRows,
  type DistillationOptions,
  defineLoss,
  distillation,
  type EmitOptions,
  type GeneralizedCrossentropyOptions,
  type HuberOptions,
  hinge,
  huber,
  klDivergence,
  type Loss,
  type LossDefinition,
  type LossEmission,
  type LossFunction,
  type LossName,
  type LossOptions,
  logCosh,
  logKlDivergence,
  lossConfig,
  lossFunction as loss,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  type NegativeLogLikelihoodOptions,
  negativeLogLikelihood,
  poisson,
  type Reduction,
  type SmoothL1Options,
  type SparseCategoricalOptions,
  type SparseCrossEntropyOptions,
  smoothL1,
  sparseCategoricalCrossentropy,
  squaredHinge,
  type Targets as LossTargets,
} from './training/losses.ts';
export type { GivenMetric } from './training/metrics/by_name.ts';
export * as metrics from './training/metrics.ts';
export {
  type Metric,
  type MetricName,
  type MetricOptions,
  type MetricState,
  metric,
} from './training/metrics.ts';
export {
  type AdadeltaOptions,
  type AdagradOptions,
  type AdamaxOptions,
  type AdamOptions,
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  type CommonOptions,
  type Convention,
  type FtrlOptions,
  ftrl,
  type LearningRateSchedule,
  type LionOptions,
  lion,
  type NadamOptions,
  nadam,
  type Optimizer,
  type OptimizerConfig,
  optimizerFromConfig,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  sgd,
} from './training/optimizers.ts';
export {
  type CosineDecayOptions,
  type CosineDecayRestartsOptions,
  cosineDecay,
  cosineDecayRestarts,
  type ExponentialDecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  type OneCycleOptions,
  oneCycle,
  type PiecewiseConstantOptions,
  type PolynomialDecayOptions,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  type ScheduleConfig,
  scheduleFromConfig,
  type WarmUpOptions,
  warmUp,
} from './training/schedules.ts';
export { type TunedPlan, tunedPlan } from './training/tuned_plan.ts';

// Models take their default backend and file format from here, so that their room knows neither.
connect({ backend: () => defaultDevice(), save: writeModel });
