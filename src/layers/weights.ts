// The options that a layer has for each of its weights: first values, penalty and constraint.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { type ConstraintOption, constraint, constraintConfig } from './constraints.ts';
import {
  type InitializerName,
  type InitializerOption,
  initializer,
  initializerConfig,
} from './initializers.ts';
import { type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';

/** The options of the weight `kernel` are kernelInitializer, kernelRegularizer and kernelConstraint. */
export type WeightOptions<K extends string> = {
  [P in `${K}Initializer`]?: InitializerOption;
} & { [P in `${K}Regularizer`]?: RegularizerOption } & { [P in `${K}Constraint`]?: ConstraintOption };

/** What the options of a weight say. */
export interface WeightRules {
  /** Declares the weight in the builder's scope. */
  declare(b: Builder, name: string, shape: readonly number[]): Tensor;
  /** The three options, as JSON can hold them. */
  getConfig(): Record<string, unknown>;
}

/** The names of the options of some weights. */
export function weightOptionNames(...keys: readonly string[]): string[] {
  return keys.flatMap((key) => [`${key}Initializer`, `${key}Regularizer`, `${key}Constraint`]);
}

/**
 * Takes the options of the weight `key` of the layer `where`; `first` is its initializer by default.
 * @throws OptionError for names that do not exist.
 */
export function weightRules<K extends string>(
  where: string,
  key: K,
  options: WeightOptions<K>,
  first: InitializerName,
): WeightRules {
  const given = options as Readonly<Record<string, unknown>>;
  const names = weightOptionNames(key);
  const initial = initializer((given[names[0]] ?? first) as InitializerOption, `${where}/${names[0]}`);
  const penalty = regularizer(given[names[1]] as RegularizerOption, `${where}/${names[1]}`);
  const rule = constraint(given[names[2]] as ConstraintOption, `${where}/${names[2]}`);
  return {
    declare: (b, name, shape) =>
      b.param(name, shape, (next) => initial(shape, next), { regularizer: penalty, constraint: rule }),
    getConfig: () => ({
      [names[0]]: initializerConfig(initial, `${where}/${names[0]}`),
      [names[1]]: regularizerConfig(penalty),
      [names[2]]: constraintConfig(rule),
    }),
  };
}
