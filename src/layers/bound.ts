// Which model a layer belongs to, so that its weights can be asked for at the layer.
import { OptionError } from '../core/errors.ts';

/** Numbers with a shape, row-major. */
export interface WeightArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export interface Weighted {
  /**
   * The weights of the layer, in Keras' order and layout.
   * @throws OptionError while it belongs to no model.
   */
  getWeights(): Promise<WeightArray[]>;
  /** @throws OptionError while it belongs to no model; ShapeError naming the first weight that does not fit. */
  setWeights(weights: readonly WeightArray[]): Promise<void>;
}

const bound = new WeakMap<object, Weighted>();

/** Says where a layer's weights are; the last model that took it counts. */
export function bindWeights(layer: { readonly name: string }, to: Weighted): void {
  bound.set(layer, to);
}

export function boundOf(layer: { readonly name: string }): Weighted {
  const found = bound.get(layer);
  if (found) return found;
  throw new OptionError(`[${layer.name}] belongs to no model yet, so it has no weights`);
}
