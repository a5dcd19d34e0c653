// What weights are held to after each update, by Keras' names and formulas.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Constraint } from '../core/parameters.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nonNegative } from '../kernels/non_negative.ts';
import { normConstraint } from '../kernels/norm_constraint.ts';
import { made, type NamedConfig } from './named.ts';

/** Along which axis (or neighbouring axes) the norms are taken; 0 (default): of the weights into each unit. */
/** The axes whose elements a constraint takes together. */
export type Axis = number | readonly number[];

/** Norms of at most `maxValue` (default 2); Srivastava et al. 2014. */
export function maxNorm(options: { maxValue?: number; axis?: Axis } = {}): Constraint {
  checkOptions('maxNorm', options, ['maxValue', 'axis']);
  const { maxValue = 2, axis = 0 } = options;
  return norms('MaxNorm', { maxValue }, axis, 0, maxValue, 1);
}

/** Norms of 1. */
export function unitNorm(options: { axis?: Axis } = {}): Constraint {
  checkOptions('unitNorm', options, ['axis']);
  return norms('UnitNorm', {}, options.axis ?? 0, 1, 1, 1);
}

/** Norms between `minValue` (default 0) and `maxValue` (default 1), approached by the share `rate` (default 1) an update. */
export function minMaxNorm(
  options: { minValue?: number; maxValue?: number; rate?: number; axis?: Axis } = {},
): Constraint {
  checkOptions('minMaxNorm', options, ['minValue', 'maxValue', 'rate', 'axis']);
  const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = options;
  if (minValue > maxValue) {
    throw new OptionError(`[minMaxNorm] minValue ${minValue} is above maxValue ${maxValue}`);
  }
  return norms('MinMaxNorm', { minValue, maxValue, rate }, axis, minValue, maxValue, rate);
}

/** No weight below zero. */
export function nonNeg(options: Record<string, never> = {}): Constraint {
  checkOptions('nonNeg', options, []);
  return { name: 'NonNeg', getConfig: () => ({}), build: nonNegative };
}

const constraints = {
  maxNorm: { className: 'MaxNorm', make: maxNorm },
  minMaxNorm: { className: 'MinMaxNorm', make: minMaxNorm },
  nonNeg: { className: 'NonNeg', make: nonNeg },
  unitNorm: { className: 'UnitNorm', make: unitNorm },
} as const;

export type ConstraintName = keyof typeof constraints;

/** A constraint as options take it: its name, itself (a user's own too), its config, or nothing. */
export type ConstraintOption = ConstraintName | Constraint | NamedConfig | null | undefined;

/**
 * The constraint of that name or config, or the constraint itself; `where` names the option for the message.
 * @throws OptionError for a name that does not exist.
 */
export function constraint(which: ConstraintOption, where?: string): Constraint | undefined {
  if (which === undefined || which === null) return undefined;
  return isConstraint(which) ? which : made('constraint', constraints, which, where);
}

/** The config of a constraint, which `constraint` takes back; null for none. */
export function constraintConfig(which: ConstraintOption, where?: string): NamedConfig | null {
  const it = constraint(which, where);
  return it ? { className: it.name, config: it.getConfig() } : null;
}

/** Emits the constraints of all weights that are trained; for trainers, after the optimizer's update. */
export function emitConstraints(b: Builder): void {
  for (const weight of b.parameters.all) {
    const { constraint } = b.parameters.rulesOf(weight);
    if (constraint && weight.differentiable) constraint.build(b, weight);
  }
}

function norms(
  name: string,
  numbers: Record<string, number>,
  axis: Axis,
  low: number,
  high: number,
  rate: number,
): Constraint {
  for (const [key, value] of Object.entries(numbers)) {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) continue;
    throw new OptionError(`[${name}/${key}] must be a number, at least 0, got ${shown(value)}`);
  }
  return {
    name,
    getConfig: () => ({ ...numbers, axis: typeof axis === 'number' ? axis : [...axis] }),
    build(b, weight) {
      normConstraint(b, weight, { ...around(name, weight, axis), low, high, rate });
    },
  };
}

/**
 * The weight as [outer, length, inner] with the norms' axes in the middle. Interleaved gates need no care: they permute
 * the last axis alone, which is either summed as a whole or has a norm for each place.
 */
function around(name: string, weight: Tensor, axis: Axis): { outer: number; length: number; inner: number } {
  const { shape } = weight;
  const axes = (typeof axis === 'number' ? [axis] : [...axis])
    .map((a) => (a < 0 ? a + shape.length : a))
    .sort((a, b) => a - b);
  const fits =
    axes.length > 0 &&
    axes.every((a, i) => Number.isInteger(a) && a >= 0 && a < shape.length && a === axes[0] + i);
  if (!fits) {
    throw new ShapeError(
      `[${name}] axis ${JSON.stringify(axis)} does not fit the weight ${weight.name} ${show(shape)};` +
        ' give one of its axes, or several that are neighbours',
    );
  }
  const end = axes[axes.length - 1] + 1;
  return {
    outer: sizeOf(shape.slice(0, axes[0])),
    length: sizeOf(shape.slice(axes[0], end)),
    inner: sizeOf(shape.slice(end)),
  };
}

function isConstraint(value: unknown): value is Constraint {
  return typeof value === 'object' && value !== null && typeof (value as Constraint).build === 'function';
}
