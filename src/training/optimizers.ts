// Optimizers: one dispatch over the flat arrays of parameters, gradients and slots, after the gradients' norm.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { adadeltaKernel } from '../kernels/adadelta.ts';
import { adagradKernel } from '../kernels/adagrad.ts';
import { adamKernel } from '../kernels/adam.ts';
import { clipScale } from '../kernels/clip_scale.ts';
import { nadamKernel } from '../kernels/nadam.ts';
import { rmspropKernel } from '../kernels/rmsprop.ts';
import { sgdKernel } from '../kernels/sgd.ts';

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
   * clipping, computed only with `globalClipNorm` and else 0.
   * @throws ShapeError when the model has nothing to train.
   */
  build(b: Builder): { hyper: Tensor; norm: Tensor };
  /**
   * The contents of the `hyper` tensor for one update; `step` counts updates from 1, this one included.
   * @throws OptionError when a schedule gives something else than a number of at least 0.
   */
  hyper(step: number): Float64Array;
  /** The same optimizer, with the same slots, at another rate; plans that were built stay as they are. */
  withLearningRate(learningRate: number | LearningRateSchedule): Optimizer;
}

export interface SgdOptions extends CommonOptions {
  momentum?: number;
  /** Looks ahead along the momentum. */
  nesterov?: boolean;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/** Gradient descent as torch.optim.SGD; `learningRate` 0.01. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const o = settle('sgd', { learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 }, options);
  if (o.nesterov && o.momentum === 0) throw new OptionError('[sgd/nesterov] needs a momentum above 0');
  return optimizer('sgd', o, sgd, {
    emit(b, at) {
      b.dispatch(
        sgdKernel,
        { ...at.tensors, velocity: at.slot('velocity', o.momentum > 0) },
        { ...at.params, nesterov: o.nesterov ? 1 : 0, momentum: o.momentum, weight_decay: o.weightDecay },
      );
    },
  });
}

export interface AdamOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
  /** Added to the root of the bias-corrected mean square, as in torch. */
  epsilon?: number;
  /** Divides by the largest mean square so far. */
  amsgrad?: boolean;
  weightDecay?: number;
}

const adamDefaults = {
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-7,
  amsgrad: false,
  weightDecay: 0,
};

/**
 * Adam as torch.optim.Adam, weight decay as L2 in the gradient. Defaults are those of Keras, `learningRate` 0.001
 * and `epsilon` 1e-7 (torch: 1e-8).
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily('adam', settle('adam', adamDefaults, options), adam, false);
}

/** Adam with decoupled weight decay, as torch.optim.AdamW; `weightDecay` 0.004 as in Keras (torch: 0.01). */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamFamily('adamW', settle('adamW', { ...adamDefaults, weightDecay: 0.004 }, options), adamW, true);
}

function adamFamily(
  name: string,
  o: Settled<typeof adamDefaults>,
  factory: Factory,
  decoupled: boolean,
): Optimizer {
  return optimizer(name, o, factory, {
    emit(b, at) {
      b.dispatch(
        adamKernel,
        {
          ...at.tensors,
          mean: at.slot('mean'),
          square: at.slot('square'),
          largest: at.slot('largest', o.amsgrad),
        },
        {
          ...at.params,
          amsgrad: o.amsgrad ? 1 : 0,
          decoupled: decoupled ? 1 : 0,
          gain1: 1 - o.beta1,
          gain2: 1 - o.beta2,
          epsilon: o.epsilon,
          weight_decay: o.weightDecay,
        },
      );
    },
    rates: (rate, step) => [rate / (1 - o.beta1 ** step), 1 / Math.sqrt(1 - o.beta2 ** step)],
  });
}

export interface NadamOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** How fast the momentum nears beta1: μₜ = beta1·(1 - 0.5·0.96^(t·momentumDecay)). */
  momentumDecay?: number;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/** Adam with Nesterov momentum, as torch.optim.NAdam; `learningRate` 0.001 and `epsilon` 1e-7 as in Keras. */
export function nadam(options: NadamOptions = {}): Optimizer {
  const defaults = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    momentumDecay: 0.004,
    weightDecay: 0,
  };
  const o = settle('nadam', defaults, options);
  const momentum = (t: number) => o.beta1 * (1 - 0.5 * 0.96 ** (t * o.momentumDecay));
  // The product of all momenta up to the step asked for last.
  let product = { step: 0, value: 1 };
  const productTo = (step: number): number => {
    if (step < product.step) product = { step: 0, value: 1 };
    while (product.step < step && product.value > 0) {
      product = { step: product.step + 1, value: product.value * momentum(product.step + 1) };
    }
    return product.value;
  };
  return optimizer('nadam', o, nadam, {
    emit(b, at) {
      b.dispatch(
        nadamKernel,
        { ...at.tensors, mean: at.slot('mean'), square: at.slot('square') },
        {
          ...at.params,
          gain1: 1 - o.beta1,
          gain2: 1 - o.beta2,
          epsilon: o.epsilon,
          weight_decay: o.weightDecay,
        },
      );
    },
    rates(rate, step) {
      const now = productTo(step);
      const next = momentum(step + 1);
      return [
        (rate * (1 - momentum(step))) / (1 - now),
        (rate * next) / (1 - now * next),
        1 / Math.sqrt(1 - o.beta2 ** step),
      ];
    },
  });
}

export interface RmspropOptions extends CommonOptions {
  /** How much of the mean square is kept; torch calls it alpha. */
  rho?: number;
  momentum?: number;
  epsilon?: number;
  /** Divides by the deviation of the gradient and not by its root mean square. */
  centered?: boolean;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/** RMSprop as torch.optim.RMSprop; defaults are those of Keras, `learningRate` 0.001, `rho` 0.9, `epsilon` 1e-7. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const defaults = {
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
    weightDecay: 0,
  };
  const o = settle('rmsprop', defaults, options);
  return optimizer('rmsprop', o, rmsprop, {
    emit(b, at) {
      b.dispatch(
        rmspropKernel,
        {
          ...at.tensors,
          square: at.slot('square'),
          mean: at.slot('mean', o.centered),
          velocity: at.slot('velocity', o.momentum > 0),
        },
        {
          ...at.params,
          centered: o.centered ? 1 : 0,
          gain: 1 - o.rho,
          momentum: o.momentum,
          epsilon: o.epsilon,
          weight_decay: o.weightDecay,
        },
      );
    },
  });
}

export interface AdagradOptions extends CommonOptions {
  /** What the sum of squares starts from; Keras: 0.1, torch: 0. */
  initialAccumulatorValue?: number;
  epsilon?: number;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/** AdaGrad as torch.optim.Adagrad; `learningRate` 0.01 and `initialAccumulatorValue` 0 as there, `epsilon` 1e-7. */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const defaults = { learningRate: 0.01, initialAccumulatorValue: 0, epsilon: 1e-7, weightDecay: 0 };
  const o = settle('adagrad', defaults, options);
  return optimizer('adagrad', o, adagrad, {
    emit(b, at) {
      b.dispatch(
        adagradKernel,
        { ...at.tensors, square: at.slot('square') },
        {
          ...at.params,
          initial: o.initialAccumulatorValue,
          epsilon: o.epsilon,
          weight_decay: o.weightDecay,
        },
      );
    },
  });
}

export interface AdadeltaOptions extends CommonOptions {
  /** How much of the mean squares is kept. */
  rho?: number;
  epsilon?: number;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/** Adadelta as torch.optim.Adadelta and with its defaults: `learningRate` 1, `rho` 0.9, `epsilon` 1e-6. */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const o = settle('adadelta', { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 }, options);
  return optimizer('adadelta', o, adadelta, {
    emit(b, at) {
      b.dispatch(
        adadeltaKernel,
        { ...at.tensors, square: at.slot('square'), change: at.slot('change') },
        { ...at.params, gain: 1 - o.rho, epsilon: o.epsilon, weight_decay: o.weightDecay },
      );
    },
  });
}

const factories: Readonly<Record<string, Factory>> = {
  sgd,
  adam,
  adamW,
  nadam,
  rmsprop,
  adagrad,
  adadelta,
};

/**
 * The optimizer that a saved `config` describes.
 * @throws OptionError for an unknown name or option.
 */
export function optimizerFromConfig({ name, ...options }: OptimizerConfig): Optimizer {
  if (!Object.hasOwn(factories, name)) {
    throw new OptionError(`[optimizer] there is no ${name}; there are ${Object.keys(factories).join(', ')}`);
  }
  return factories[name](options);
}

type Factory = (options: Record<string, unknown>) => Optimizer;

/** Defaults with the user's options in their place, and the common options. */
type Settled<D> = Omit<D, 'learningRate'> & {
  learningRate: number | LearningRateSchedule;
  globalClipNorm?: number;
  clipValue?: number;
};

interface Rule {
  /** Emits the update of one range of the flat arrays. */
  emit(b: Builder, at: Range): void;
  /** What follows the learning rate in `hyper`; `step` counts from 1. */
  rates?(learningRate: number, step: number): number[];
}

/** What the update of one range of the flat arrays binds. */
interface Range {
  tensors: { gradients: Tensor; hyper: Tensor; clip: Tensor; parameters: Tensor };
  params: { size: number; clip_value: number };
  /** The range of a slot; where the slot is not used, a tensor to bind in its place. */
  slot(name: string, used?: boolean): Tensor;
}

function optimizer<D>(name: string, options: Settled<D>, factory: Factory, rule: Rule): Optimizer {
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
      return { hyper, norm: b.view(clip, 0, [1]) };
    },
    hyper(step) {
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

/** Puts the user's options over the defaults and checks each. */
function settle<D extends object>(name: string, defaults: D, options: object): Settled<D> {
  const known = [...Object.keys(defaults), 'globalClipNorm', 'clipValue'];
  const settled = { ...defaults } as Record<string, unknown>;
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) {
      throw new OptionError(`[${name}] has no option ${key}; it has ${known.join(', ')}`);
    }
    if (value === undefined) continue;
    if (!Object.hasOwn(numbers, key)) {
      if (typeof value !== 'boolean') {
        throw new OptionError(`[${name}/${key}] must be true or false, got ${value}`);
      }
    } else if (!(key === 'learningRate' && typeof value === 'function')) {
      const { fits, words } = numbers[key];
      if (typeof value !== 'number' || !Number.isFinite(value) || !fits(value)) {
        throw new OptionError(`[${name}/${key}] must be ${words}, got ${value}`);
      }
    }
    settled[key] = value;
  }
  return settled as Settled<D>;
}
