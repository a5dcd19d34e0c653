// Metrics: what is counted on the device while a model trains or is evaluated, and read once an epoch.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';

export interface MetricOptions {
  /** Weights of the rows [...]: one a sample [N], or one a step [T,N]. */
  sampleWeight?: Tensor | undefined;
}

export interface Metric {
  readonly name: string;
  /**
   * Emits what is counted of a prediction: sums are added to a state, which the trainer zeroes when an epoch begins. To be
   * emitted before the loss, which may overwrite the prediction; it does not keep the loss from doing so.
   * @throws ShapeError for tensors that do not fit.
   */
  build(
    b: Builder,
    prediction: Tensor,
    target: Tensor,
    options?: MetricOptions,
  ): {
    state: Tensor;
    /** The metric, from the contents of the state (or the sum of several such). */
    result(values: ArrayLike<number>): number;
  };
  getConfig?(): Record<string, unknown>;
}
