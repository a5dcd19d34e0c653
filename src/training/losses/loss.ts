// What a loss is: a function that emits the loss of a prediction, and, for those of the library, what a trainer may ask.
import type { Builder } from '../../core/builder.ts';
import { OptionError, ShapeError, show } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';
import { rootOf, type Tensor } from '../../core/tensor.ts';
import { addInto } from '../../kernels/sum_slices.ts';

/**
 * Emits a loss and returns it, [1]; a loss of your own is just such a function. It may return one number for each row of
 * the prediction instead, [N] of [N,D], [T,N] of [T,N,D] (`rowMeans` makes them), which are then weighted and masked.
 */
export type Loss = (b: Builder, prediction: Tensor, target: Tensor) => Tensor;

/**
 * What the target is made of: `values` are f32 of the prediction's shape, `labels` are u32 without its last axis,
 * `sequence` is whatever the loss says (label sequences [N,S] for `ctc`, tags [T,N] for `crf`).
 */
export type Targets = 'values' | 'labels' | 'sequence';

/**
 * How the losses of rows become one number, as in Keras 3. `sumOverBatchSize` (also called `mean`) divides by the number
 * of rows, or of those that the mask and `ignoreClass` leave; weights do not enter the divisor. `meanWithSampleWeight`
 * divides by the weights of these rows. `none` leaves the rows alone: a plan then adds them up.
 */
export type Reduction = 'sumOverBatchSize' | 'mean' | 'sum' | 'none' | 'meanWithSampleWeight';

export const reductions: readonly Reduction[] = [
  'sumOverBatchSize',
  'mean',
  'sum',
  'none',
  'meanWithSampleWeight',
];

export interface LossOptions {
  /** Default 'sumOverBatchSize'. */
  reduction?: Reduction;
  /** Default: the loss's name in snake case. */
  name?: string;
}

/** What a trainer gives beside prediction and target. */
export interface EmitOptions {
  /** Weights of the rows [...]: one a sample [N], or one a step [T,N]. */
  sampleWeight?: Tensor | undefined;
  /** The number that loss and gradient are multiplied by, such as the weight of one output among several; default 1. */
  weight?: number | undefined;
  /**
   * A state [2] that gets (loss·N, N) added, N being the samples of the batch: the quotient is the loss of an epoch as
   * Keras gives it, where each batch counts by its size.
   */
  sums?: Tensor | undefined;
  /** Keep the prediction as it is for whoever reads it after the loss; default false. It may cost a copy. */
  keepPrediction?: boolean | undefined;
  /** Measure only: no gradient, and `sums` gets (Σ of the weighted row losses, `total`); default false. */
  measure?: boolean | undefined;
  /** Says that every label has been checked to lie in [0,V), which saves counting the rows; default false. */
  labelsChecked?: boolean | undefined;
}

export interface LossEmission {
  /** [1]: reduced, and multiplied by `weight`. */
  loss: Tensor;
  /** [...]: the loss of each row before weights and reduction, 0 where the mask leaves one out. */
  rows: Tensor;
  /** [1]: what the sum of the weighted row losses was divided by; 0 where nothing counts. */
  total: Tensor;
}

/** A loss of the library: a `Loss` that says what it takes, and that a trainer can weight and sum up. */
export interface LossFunction extends Loss {
  /** Keras' name in snake case, such as mean_squared_error. */
  readonly lossName: string;
  /** Keras' name of its class, such as MeanSquaredError. */
  readonly className: string;
  readonly targets: Targets;
  /** Whether targets stay batch-major inside, [N,S], as the label sequences of `ctc` do. */
  readonly batchMajorTargets?: boolean;
  /** Whether a whole sequence is one row, as in `ctc` and `crf`: weights are one a sample [N], never one a step. */
  readonly wholeSequences?: boolean;
  /** Whether each column is a question of its own with two answers, whose probability or logit it predicts. */
  readonly twoWay?: boolean;
  /** All options, defaults included, as JSON can hold them; the factory takes them back. */
  getConfig(): Record<string, unknown>;
  /**
   * Emits loss and gradient; the gradient is that of `loss`.
   * @throws ShapeError for tensors that do not fit, naming the loss and both shapes.
   */
  emit(b: Builder, prediction: Tensor, target: Tensor, options?: EmitOptions): LossEmission;
}

export interface LossDefinition {
  name: string;
  className: string;
  targets: Targets;
  batchMajorTargets?: boolean;
  wholeSequences?: boolean;
  twoWay?: boolean;
  config: Record<string, unknown>;
  emit(b: Builder, prediction: Tensor, target: Tensor, options: EmitOptions): LossEmission;
}

/** Makes a loss of the library out of its parts. */
export function defineLoss({ name, config, emit, ...rest }: LossDefinition): LossFunction {
  const loss: Loss = (b, prediction, target) => made.emit(b, prediction, target).loss;
  const made: LossFunction = Object.assign(loss, {
    ...rest,
    lossName: name,
    getConfig: () => ({ ...config }),
    emit(b: Builder, prediction: Tensor, target: Tensor, options: EmitOptions = {}) {
      const emission = emit(b, prediction, target, options);
      emitted(b).add(emission.loss);
      return emission;
    },
  });
  return made;
}

function emitted(b: Builder): Set<Tensor> {
  return b.once('losses of the library', () => new Set());
}

/** Whether a loss [1] was emitted by one of the library's, which knows the mask and leaves its gradient itself. */
export function isOfLibrary(b: Builder, loss: Tensor): boolean {
  return emitted(b).has(loss);
}

/** Whether a loss is one of the library's, which a trainer can ask. */
export function isLossFunction(loss: unknown): loss is LossFunction {
  return typeof loss === 'function' && typeof (loss as Partial<LossFunction>).emit === 'function';
}

/** @throws OptionError for a reduction that Keras does not have. */
export function expectReduction(where: string, reduction: Reduction): Reduction {
  if (!reductions.includes(reduction)) {
    throw new OptionError(
      `[${where}] reduction must be one of ${reductions.join(', ')}, got ${shown(reduction)}`,
    );
  }
  return reduction;
}

/** @throws OptionError unless `value` is a number from `low` to `high`. */
export function expectNumber(
  where: string,
  value: number,
  low: number,
  high = Number.POSITIVE_INFINITY,
): number {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    const range = high === Number.POSITIVE_INFINITY ? `from ${low} on` : `from ${low} to ${high}`;
    throw new OptionError(`[${where}] must be a number ${range}, got ${shown(value)}`);
  }
  return value;
}

/**
 * Contributes `gradient`, which holds d loss / d prediction and is used for nothing else, to the prediction: without a
 * copy where it is the first to arrive.
 */
export function giveGradient(b: Builder, prediction: Tensor, gradient: Tensor): void {
  if (!b.training || !prediction.differentiable || b.adoptGrad(prediction, gradient)) return;
  b.onBackward(() => {
    const into = b.gradInto(prediction);
    if (into?.accumulate === 1) addInto(b, gradient, into.tensor);
    else if (into) b.copy(gradient, into.tensor);
  });
}

/** @throws ShapeError when another loss has overwritten the prediction by its gradient. */
export function expectValues(b: Builder, prediction: Tensor): void {
  const arrived = b.gradOf(prediction);
  if (arrived && rootOf(arrived) === rootOf(prediction)) {
    throw new ShapeError(
      `[${b.path}] the gradient of another loss has overwritten ${prediction.name} ${show(prediction.shape)};` +
        ' give the other loss `keepLogits: true`',
    );
  }
}
