// What a layer is: a name and one function that emits its forward steps and leaves the backward ones.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';

export interface Layer {
  /** Names its parameters and its rows in plans and summaries; unique within a model. */
  readonly name: string;
  /**
   * Emits the layer into `b` and returns its output; the builder's scope carries the layer's name already.
   * Sequences are time-major: ids [T,N], features [T,N,D].
   * @throws ShapeError when the inputs do not fit, naming the layer and both shapes.
   */
  build(b: Builder, ...inputs: Tensor[]): Tensor;
}
