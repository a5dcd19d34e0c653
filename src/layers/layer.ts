// What a layer is: a name and one function that emits its forward steps and leaves the backward ones.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { boundOf, type Weighted } from './bound.ts';
import { type Applicable, apply } from './symbolic.ts';

/** One tensor, or several in a fixed order. */
export type Outputs = Tensor | readonly Tensor[];

export interface Layer<Output extends Outputs = Tensor> {
  /** Names its parameters and its rows in plans and summaries; unique within a model. */
  readonly name: string;
  /** Keras' name of its class, such as LSTM; files and summaries have it. */
  readonly className?: string;
  /** How many tensors `build` returns; default 1. */
  readonly outputs?: number;
  /** Whether the first input is made of ids (u32) instead of features; models ask it where nobody said so. */
  readonly takesIds?: boolean;
  /** The shape of its input without the batch, where it stands first in a model and was told so. */
  readonly inputShape?: readonly (number | null)[];
  /** Whether labels for its output are the classes of its input's last axis, as for tags. */
  readonly labelsInput?: boolean;
  /** Layers inside this one, such as that which `timeDistributed` repeats. */
  readonly inner?: readonly AnyLayer[];
  /** False freezes its weights in all plans that are built from then on; default true. */
  trainable?: boolean;
  /**
   * Emits the layer into `b` and returns its output; the builder's scope carries the layer's name already.
   * Batches of rows are [N,D]. What has a time axis has it first: ids [T,N], features [T,N,D], [T,N,...].
   * @throws ShapeError when the inputs do not fit, naming the layer and both shapes.
   */
  build(b: Builder, ...inputs: Tensor[]): Output;
  /** All options, defaults included, as JSON can hold them; the factory takes them back. */
  getConfig?(): Record<string, unknown>;
}

export type AnyLayer = Layer<Outputs>;

/**
 * Makes a layer that can be applied to symbolic tensors, `layer(x)` or `layer.apply(x)`, of a name and a `build`.
 *
 *     const square = defineLayer({ name: 'square', build: (b, x) => multiplied(b, x, x) });
 * @throws OptionError when name or build are missing.
 */
export function defineLayer<L extends AnyLayer>(definition: L): L & Applicable & Weighted {
  if (typeof definition?.build !== 'function') {
    throw new OptionError(`[defineLayer] takes { name, build(b, ...inputs) }, got ${shown(definition)}`);
  }
  if (typeof definition.name !== 'string' || !/^[^/]+$/.test(definition.name)) {
    const { className = 'defineLayer' } = definition;
    throw new OptionError(
      `[${className}/name] must be a text without "/" that is not empty, got ${shown(definition.name)}`,
    );
  }
  const { trainable = true } = definition;
  if (typeof trainable !== 'boolean') {
    throw new OptionError(`[${definition.name}/trainable] must be true or false, got ${shown(trainable)}`);
  }
  const layer = ((...inputs: Parameters<Applicable>) => apply(layer, ...inputs)) as L & Applicable & Weighted;
  const weights: PropertyDescriptorMap = {
    getWeights: { value: () => boundOf(layer).getWeights() },
    setWeights: {
      value: (values: Parameters<Weighted['setWeights']>[0]) => boundOf(layer).setWeights(values),
    },
  };
  // A function has a name of its own, which plain assignment cannot change.
  const properties = Object.getOwnPropertyDescriptors(definition);
  Object.defineProperties(layer, {
    ...weights,
    ...properties,
    name: { value: definition.name, enumerable: true },
    apply: { value: (...inputs: Parameters<Applicable>) => apply(layer, ...inputs) },
    trainable: { value: trainable, writable: true, enumerable: true },
  });
  return layer;
}

/** A layer with all that `defineLayer` gives it; one that is a plain object becomes the same one each time. */
export function completed(layer: AnyLayer): AnyLayer & Applicable & Weighted {
  if ('getWeights' in layer) return layer as AnyLayer & Applicable & Weighted;
  const known = plainLayers.get(layer) ?? defineLayer(layer);
  plainLayers.set(layer, known);
  return known;
}

const plainLayers = new WeakMap<AnyLayer, AnyLayer & Applicable & Weighted>();

/** The outputs of a layer as an array. */
export function outputsOf(output: Outputs): readonly Tensor[] {
  return Array.isArray(output) ? output : [output as Tensor];
}
