// What an optimizer is, and what all of them share: options and their ranges, clipping, the flat ranges they update.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { clipScale } from '../kernels/clip_scale.ts';

/** A learning rate that changes: called with the number of updates before this one, 0 at first. */
export type LearningRateSchedule = (step: number) => number;

/** The numbers the host gives an update: how many elements the `hyper` tensor has. */
const HYPER = 8;
/** The largest f32: a clamp that lets everything through. */
const NO_LIMIT = 3.4028234663852886e38;

export interface CommonOptions {
  learningRate?: number | LearningRateSchedule;
  /** Scales all gradients together so that their norm is at most this, as torch's clip_grad_norm_. */
  globalClipNorm?: number;
  /** Clamps each element of the gradient to ±this, after the scaling. */
  clipValue?: number;
}

export interface OptimizerConfig {
  readonly name: string;
  readonly [option: string]: unknown;
}

export interface Optimizer {
  /** The name of its factory. */
  readonly name: string;
  /** All options, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Name and options as JSON can hold them, for `optimizerFromConfig`; a schedule is saved as its first rate. */
  readonly config: OptimizerConfig;
  /**
   * Emits the update of all trainable parameters; called once a plan, after its backward steps.
   * `hyper` [8] is to be written with `hyper(step)` before each run; `norm` [1] is the norm of the gradients before
   * clipping, and there only with `globalClipNorm`.
   * @throws ShapeError when the model has nothing to train.
   */
  build(b: Builder): { hyper: Tensor; norm: Tensor | undefined };
  /**
   * The contents of the `hyper` tensor for one update; `step` counts updates from 1, this one included.
   * @throws OptionError when a schedule gives something else than a number of at least 0.
   */
  hyper(step: number): Float64Array;
  /** The same optimizer, with the same slots, at another rate; plans that were built stay as they are. */
  withLearningRate(learningRate: number | LearningRateSchedule): Optimizer;
}

export type Factory = (options: Record<string, unknown>) => Optimizer;

/** Defaults with the user's options in their place, and the common options. */
export type Settled<D> = Omit<D, 'learningRate'> & {
  learningRate: number | LearningRateSchedule;
  globalClipNorm?: number;
  clipValue?: number;
};

export interface Rule {
  /** Emits the update of one range of the flat arrays. */
  emit(b: Builder, at: Range): void;
  /** What follows the learning rate in `hyper`; `step` counts from 1. */
  rates?(learningRate: number, step: number): number[];
}

/** What the update of one range of the flat arrays binds. */
export interface Range {
  tensors: { gradients: Tensor; hyper: Tensor; clip: Tensor; parameters: Tensor };
  params: { size: number; clip_value: number };
  /** The range of a slot; where the slot is not used, a tensor to bind in its place. */
  slot(name: string, used?: boolean): Tensor;
}

/** Makes an optimizer of settled options and the rule of its update. */
export function optimizer<D>(name: string, options: Settled<D>, factory: Factory, rule: Rule): Optimizer {
  const { learningRate, globalClipNorm, clipValue } = options;
  const rateAt = (step: number): number => {
    if (typeof learningRate === 'number') return learningRate;
    const rate = learningRate(step - 1);
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw new OptionError(`[${name}/learningRate] the schedule gave ${rate} at step ${step - 1}`);
    }
    return rate;
  };
  return {
    name,
    options,
    get config() {
      return { name, ...options, learningRate: rateAt(1) };
    },
    build(b) {
      if (b.awaitsBackward) {
        throw new ShapeError(`[${name}] updates by gradients, so backward() must come before it`);
      }
      const hyper = b.input('hyper', [HYPER]);
      const { arena, gradients } = b.parameters;
      const clip = globalClipNorm
        ? clipScale(b, gradients, globalClipNorm)
        : tensor('not clipped', [2], 'scratch', { initial: () => [0, 1] });
      for (const { offset, size } of trainable(b)) {
        const part = (t: Tensor) => (size === sizeOf(t.shape) ? t : b.view(t, offset, [size]));
        rule.emit(b, {
          tensors: { gradients: part(gradients), hyper, clip, parameters: part(arena) },
          params: { size, clip_value: clipValue ?? NO_LIMIT },
          slot: (slot, used = true) =>
            used ? part(b.parameters.slot(`${name}/${slot}`)) : b.scratch(`no ${slot}`, [4]),
        });
      }
      return { hyper, norm: globalClipNorm ? b.view(clip, 0, [1]) : undefined };
    },
    hyper(step) {
      if (!Number.isSafeInteger(step) || step < 1) {
        throw new OptionError(`[${name}] counts steps from 1, got ${step}`);
      }
      const rate = rateAt(step);
      const values = new Float64Array(HYPER);
      values.set([rate, ...(rule.rates?.(rate, step) ?? [])]);
      return values;
    },
    withLearningRate: (rate) => factory({ ...options, learningRate: rate }),
  };
}

/** The ranges of the arena that are trained; weight decay must not reach frozen parameters between them. */
function trainable(b: Builder): { offset: number; size: number }[] {
  const all = b.parameters.all;
  const ranges: { offset: number; size: number }[] = [];
  all.forEach((t, i) => {
    if (!t.differentiable) return;
    const end = all[i + 1]?.offset ?? b.parameters.size;
    const last = ranges.at(-1);
    if (last && last.offset + last.size === t.offset) last.size = end - last.offset;
    else ranges.push({ offset: t.offset, size: end - t.offset });
  });
  if (ranges.length === 0) {
    throw new ShapeError(`[${b.path || 'optimizer'}] the model has no trainable parameters`);
  }
  return ranges;
}

const fraction: OptionRule = { fits: (x) => x >= 0 && x < 1, words: 'a number from 0 to below 1' };
const positive: OptionRule = { fits: (x) => x > 0, words: 'a number above 0' };
const notNegative: OptionRule = { fits: (x) => x >= 0, words: 'a number of at least 0' };

interface OptionRule {
  fits(x: number): boolean;
  words: string;
}

const numbers: Readonly<Record<string, OptionRule>> = {
  learningRate: { fits: notNegative.fits, words: 'a number of at least 0, or a function of the step' },
  momentum: fraction,
  beta1: fraction,
  beta2: fraction,
  rho: fraction,
  epsilon: positive,
  weightDecay: notNegative,
  momentumDecay: notNegative,
  initialAccumulatorValue: notNegative,
  globalClipNorm: positive,
  clipValue: positive,
};

/**
 * Puts the user's options over the defaults and checks each.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function settle<D extends object>(name: string, defaults: D, options: object): Settled<D> {
  const known = [...Object.keys(defaults), 'globalClipNorm', 'clipValue'];
  checkOptions(name, options, known);
  const settled = { ...defaults } as Record<string, unknown>;
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(numbers, key)) {
      if (typeof value !== 'boolean') {
        throw new OptionError(`[${name}/${key}] must be true or false, got ${value}`);
      }
    } else if (!(key === 'learningRate' && typeof value === 'function')) {
      const { fits, words } = numbers[key];
      if (typeof value !== 'number' || !Number.isFinite(value) || !fits(value)) {
        throw new OptionError(`[${name}/${key}] must be ${words}, got ${shown(value)}`);
      }
    }
    settled[key] = value;
  }
  return settled as Settled<D>;
}
