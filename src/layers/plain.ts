// What layers of few options have in common: a name, whether they are trained, and a config.
import type { Builder } from '../core/builder.ts';
import { checkOptions, expectOptions } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { type FirstShape, firstShape, firstShapeNames } from './first_shape.ts';
import { defineLayer, type Layer, type Outputs } from './layer.ts';
import type { Applicable } from './symbolic.ts';

/** The options that every layer has. */
export interface LayerOptions extends FirstShape {
  /** Unique within a model. */
  name?: string;
  /** False freezes the weights. */
  trainable?: boolean;
}

export type AppliedLayer<Output extends Outputs = Tensor> = Layer<Output> & Applicable;

/**
 * A layer whose config is its name, `trainable` and `config`; the last has exactly the options besides those two and `later`.
 * @throws OptionError for an option that is not among them.
 */
export function plainLayer<Output extends Outputs = Tensor>(definition: {
  className: string;
  /** Where the options give none. */
  name: string;
  options: LayerOptions;
  config: Readonly<Record<string, unknown>>;
  /** More options, whose config is made when it is asked for: that of a user's own function is refused. */
  later?: { readonly names: readonly string[]; getConfig(): Record<string, unknown> };
  takesIds?: boolean;
  /** Whether it treats every row [...,D] by itself, whatever axes come before. */
  rowwise?: boolean;
  /** How many tensors `build` returns; default 1. */
  outputs?: number;
  build(b: Builder, name: string, ...inputs: Tensor[]): Output;
}): AppliedLayer<Output> {
  const { className, options, config, later, takesIds, outputs, build } = definition;
  const { rowwise = false } = definition;
  const known = [...Object.keys(config), ...(later?.names ?? []), 'name', 'trainable', ...firstShapeNames];
  // The function that makes it is called as its class, but for the capitals in front: rmsNormalization.
  const maker = className.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase());
  expectOptions(maker, options, known);
  checkOptions(options.name ?? definition.name, options, known);
  const { name = definition.name, trainable = true } = options;
  const layer: Layer<Output> & { readonly rowwise: boolean } = {
    name,
    className,
    trainable,
    ...firstShape(name, options),
    rowwise,
    ...(takesIds !== undefined && { takesIds }),
    ...(outputs !== undefined && { outputs }),
    build: (b, ...inputs) => build(b, name, ...inputs),
    getConfig: () => ({ name, trainable: made.trainable ?? trainable, ...config, ...later?.getConfig() }),
  };
  const made = defineLayer(layer);
  return made;
}
