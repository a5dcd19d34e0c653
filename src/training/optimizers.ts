// The optimizers: one dispatch each over the flat arrays of parameters, gradients and slots.
import { OptionError } from '../core/errors.ts';
import { adadeltaKernel } from '../kernels/adadelta.ts';
import { adagradKernel } from '../kernels/adagrad.ts';
import { adamKernel } from '../kernels/adam.ts';
import { nadamKernel } from '../kernels/nadam.ts';
import { rmspropKernel } from '../kernels/rmsprop.ts';
import { sgdKernel } from '../kernels/sgd.ts';
import {
  type CommonOptions,
  type Factory,
  type Optimizer,
  type OptimizerConfig,
  optimizer,
  type Settled,
  settle,
} from './optimizer.ts';

export type { CommonOptions, LearningRateSchedule, Optimizer, OptimizerConfig } from './optimizer.ts';

export interface SgdOptions extends CommonOptions {
  momentum?: number;
  /** Looks ahead along the momentum. */
  nesterov?: boolean;
  /** Added to the gradient as weightDecay·w (L2). */
  weightDecay?: number;
}

/**
 * Gradient descent as torch.optim.SGD; `learningRate` 0.01.
 * @throws OptionError for an unknown option or a value out of its range.
 */
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
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily('adam', settle('adam', adamDefaults, options), adam, false);
}

/**
 * Adam with decoupled weight decay, as torch.optim.AdamW; `weightDecay` 0.004 as in Keras (torch: 0.01).
 * @throws OptionError for an unknown option or a value out of its range.
 */
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

/**
 * Adam with Nesterov momentum, as torch.optim.NAdam; `learningRate` 0.001 and `epsilon` 1e-7 as in Keras.
 * @throws OptionError for an unknown option or a value out of its range.
 */
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

/**
 * RMSprop as torch.optim.RMSprop; defaults are those of Keras, `learningRate` 0.001, `rho` 0.9, `epsilon` 1e-7.
 * @throws OptionError for an unknown option or a value out of its range.
 */
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

/**
 * AdaGrad as torch.optim.Adagrad; `learningRate` 0.01 and `initialAccumulatorValue` 0 as there, `epsilon` 1e-7.
 * @throws OptionError for an unknown option or a value out of its range.
 */
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

/**
 * Adadelta as torch.optim.Adadelta and with its defaults: `learningRate` 1, `rho` 0.9, `epsilon` 1e-6.
 * @throws OptionError for an unknown option or a value out of its range.
 */
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
