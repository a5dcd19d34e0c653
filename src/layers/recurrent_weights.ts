// The weights of a recurrent layer: kernel, recurrent kernel and bias, with what their options say.
import type { Builder } from '../core/builder.ts';
import type { Random } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { Cell } from './cell.ts';
import { type ConstraintOption, constraint, constraintConfig } from './constraints.ts';
import { type Initializer, type InitializerOption, initializer, initializerConfig } from './initializers.ts';
import { type RegularizerOption, regularizer, regularizerConfig } from './regularizers.ts';

export interface WeightOptions {
  useBias?: boolean;
  /** Default glorotUniform. */
  kernelInitializer?: InitializerOption;
  /** Default orthogonal. */
  recurrentInitializer?: InitializerOption;
  /** Default zeros. */
  biasInitializer?: InitializerOption;
  kernelRegularizer?: RegularizerOption;
  recurrentRegularizer?: RegularizerOption;
  biasRegularizer?: RegularizerOption;
  kernelConstraint?: ConstraintOption;
  recurrentConstraint?: ConstraintOption;
  biasConstraint?: ConstraintOption;
}

const KINDS = ['kernel', 'recurrent', 'bias'] as const;
const DEFAULTS = { kernel: 'glorotUniform', recurrent: 'orthogonal', bias: 'zeros' } as const;

export const weightOptionNames: readonly string[] = [
  'useBias',
  ...KINDS.flatMap((kind) => [`${kind}Initializer`, `${kind}Regularizer`, `${kind}Constraint`]),
];

/** First values of a bias [rows, G·H]; `first` gives those of `biasInitializer`. */
export type BiasInitial = (
  shape: { rows: number; units: number },
  first: (shape: readonly number[]) => ArrayLike<number>,
) => ArrayLike<number>;

export interface RecurrentWeights {
  readonly biasRows: 0 | 1 | 2;
  /** The weights for D input features: [D,G·H], [P,G·H] and [G·H] or [2,G·H], and the cell's own by name. */
  declare(
    b: Builder,
    features: number,
  ): { kernel: Tensor; recurrentKernel: Tensor; bias: Tensor | undefined; own: Record<string, Tensor> };
  count(features: number): number;
}

/** What the weights of a layer are; `name` is for messages. */
export function recurrentWeights(
  name: string,
  it: {
    options: WeightOptions;
    cell: Cell;
    units: number;
    twoBiasRows?: boolean | undefined;
    biasInitial?: BiasInitial | undefined;
  },
): RecurrentWeights {
  const { options, cell, units, twoBiasRows, biasInitial } = it;
  const width = cell.gates * units;
  const outputs = cell.projection ?? units;
  const own = cell.weights?.(units) ?? [];
  const biasRows = options.useBias === false ? 0 : cell.separateRecurrentBias || twoBiasRows ? 2 : 1;
  const biasShape = biasRows === 2 ? [2, width] : [width];
  const [kernel, recurrent, bias] = KINDS.map((kind) => ({
    first: initializer(options[`${kind}Initializer`] ?? DEFAULTS[kind], `${name}/${kind}Initializer`),
    rules: {
      interleave: cell.interleave,
      regularizer: regularizer(options[`${kind}Regularizer`], `${name}/${kind}Regularizer`),
      constraint: constraint(options[`${kind}Constraint`], `${name}/${kind}Constraint`),
    },
  }));
  const firstBias = (next: Random): ArrayLike<number> => {
    const first: (shape: readonly number[]) => ArrayLike<number> = (shape) => bias.first(shape, next);
    return biasInitial ? biasInitial({ rows: biasRows, units }, first) : first(biasShape);
  };
  const matrix = (b: Builder, as: string, rows: number, of: { first: Initializer; rules: object }) =>
    b.param(as, [rows, width], (next) => of.first([rows, width], next), of.rules);
  return {
    biasRows,
    declare: (b, features) => ({
      kernel: matrix(b, 'kernel', features, kernel),
      recurrentKernel: matrix(b, 'recurrent_kernel', outputs, recurrent),
      bias: biasRows > 0 ? b.param('bias', biasShape, firstBias, bias.rules) : undefined,
      own: Object.fromEntries(
        own.map((it) => [
          it.name,
          b.param(it.name, it.shape, (next) => initializer(it.initializer, name)(it.shape, next)),
        ]),
      ),
    }),
    count: (features) =>
      (features + outputs + biasRows) * width + own.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  };
}

/** The options of the weights with their defaults, as JSON can hold them. */
export function weightConfig(name: string, options: WeightOptions): Record<string, unknown> {
  const config: Record<string, unknown> = { useBias: options.useBias ?? true };
  for (const kind of KINDS) {
    const of = (rule: string) => `${name}/${kind}${rule}`;
    config[`${kind}Initializer`] = initializerConfig(
      options[`${kind}Initializer`] ?? DEFAULTS[kind],
      of('Initializer'),
    );
    config[`${kind}Regularizer`] = regularizerConfig(options[`${kind}Regularizer`], of('Regularizer'));
    config[`${kind}Constraint`] = constraintConfig(options[`${kind}Constraint`], of('Constraint'));
  }
  return config;
}
