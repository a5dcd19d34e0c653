// Metrics: what is counted on the device while a model trains or is evaluated, and read once an epoch.
import type { Builder } from '../../core/builder.ts';
import type { Tensor } from '../../core/tensor.ts';
import { scoreSum } from '../../kernels/score_sum.ts';
import { areFractions } from '../../layers/probabilities.ts';
import { rowMask, rowWeights } from '../losses/weighing.ts';

export interface MetricOptions {
  /** Weights of the rows [...]: one a sample [N], or one a step [T,N]. */
  sampleWeight?: Tensor | undefined;
}

/** What a metric has counted, and how its number follows. */
export interface MetricState {
  /** Sums that runs add to, until the trainer zeroes them. */
  state: Tensor;
  /** The metric, from the contents of the state (or the sum of several such). */
  result(values: ArrayLike<number>): number;
}

export interface Metric {
  /** What logs call it. */
  readonly name: string;
  /** Keras' name of its class, where files may hold it. */
  readonly className?: string;
  /**
   * Emits what is counted of a prediction: sums are added to a state, which the trainer zeroes when an epoch begins. To be
   * emitted before the loss, which may overwrite the prediction; it does not keep the loss from doing so.
   *
   * Rows that the prediction's mask leaves out do not count, `sampleWeight` weights the others.
   * @throws ShapeError for tensors that do not fit.
   */
  build(b: Builder, prediction: Tensor, target: Tensor, options?: MetricOptions): MetricState;
  getConfig?(): Record<string, unknown>;
}

/**
 * Whether predictions are logits: as the user says, or ('auto') unless they are known to lie in [0,1]; metrics that a user
 * makes take them as they are, metrics that `compile` makes beside a loss of logits read them as the loss does.
 */
export type LogitsOption = boolean | 'auto';

/** Whether thresholds between 0 and 1 are to be moved to where a sigmoid has them. */
export function areLogits(b: Builder, prediction: Tensor, option: LogitsOption): boolean {
  return option === 'auto' ? !areFractions(b, prediction) : option;
}

/** What is common to all: the metric of a class and name and a body that is emitted without a claim on what it reads. */
export function defineMetric(
  className: string,
  name: string,
  config: Record<string, unknown>,
  build: (b: Builder, prediction: Tensor, target: Tensor, options: MetricOptions) => MetricState,
): Metric {
  return {
    name,
    className,
    build: (b, prediction, target, options = {}) =>
      b.scope(name, () => b.peek(() => build(b, prediction, target, options))),
    getConfig: () => ({ ...config, name }),
  };
}

/** Σ score·weight / Σ weight of what was counted; 0 where nothing was. */
export function mean(sums: ArrayLike<number>): number {
  return sums[1] === 0 ? 0 : sums[0] / sums[1];
}

/**
 * Emits the mean of scores of rows [...]: `emit` writes them. Rows with labels outside of [0, classes), or ignored, do
 * not count.
 */
export function meanOfRows(
  b: Builder,
  options: {
    prediction: Tensor;
    shape: readonly number[];
    sampleWeight: Tensor | undefined;
    labels?: { labels: Tensor; classes: number; ignored?: number | undefined } | undefined;
    emit(score: Tensor): void;
  },
): MetricState {
  const { prediction, shape, sampleWeight, labels, emit } = options;
  const score = b.scratch('score', shape);
  emit(score);
  const rowWeight = rowWeights(b, sampleWeight, shape);
  const state = b.state('sums', [2]);
  scoreSum(b, { score, sums: state, rowWeight, mask: rowMask(b, prediction, shape), labels });
  return { state, result: mean };
}
