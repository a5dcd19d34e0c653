// The optimizers: one dispatch each over the flat arrays of parameters, gradients and slots.
import { OptionError } from '../core/errors.ts';
import { suggestion } from '../core/options.ts';
import { adadeltaKernel } from '../kernels/adadelta.ts';
import { adagradKernel } from '../kernels/adagrad.ts';
import { ftrlKernel } from '../kernels/ftrl.ts';
import { lionKernel } from '../kernels/lion.ts';
import { rmspropKernel } from '../kernels/rmsprop.ts';
import { sgdKernel } from '../kernels/sgd.ts';
import { type Factory, type Optimizer, type OptimizerConfig, optimizer } from './optimizer.ts';
import { type CommonOptions, type Convention, settle } from './optimizer_options.ts';
import { adam, adamax, adamW, nadam } from './optimizers_adam.ts';
import { isScheduleConfig } from './schedule.ts';
import { scheduleFromConfig } from './schedules.ts';

export type { Optimizer, OptimizerConfig } from './optimizer.ts';
export type { CommonOptions, Convention, LearningRateSchedule } from './optimizer_options.ts';
export {
  type AdamaxOptions,
  type AdamOptions,
  adam,
  adamax,
  adamW,
  type NadamOptions,
  nadam,
} from './optimizers_adam.ts';

export interface SgdOptions extends CommonOptions {
  /** As torch v = momentum·v + g and w -= rate·v; as Keras v = momentum·v - rate·g and w += v. */
  momentum?: number;
  /** Looks ahead along the momentum. */
  nesterov?: boolean;
}

/** The rates into the velocity and out of it. */
const momentumRates = (convention: Convention) => (rate: number) =>
  convention === 'keras' ? [rate, 1] : [1, rate];

/**
 * Gradient descent as torch.optim.SGD or keras.optimizers.SGD (`convention`); `learningRate` 0.01.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const o = settle('sgd', { learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 }, options);
  if (o.convention === 'torch' && o.nesterov && o.momentum === 0) {
    throw new OptionError('[sgd/nesterov] needs a momentum above 0');
  }
  return optimizer('sgd', o, {
    emit(b, at) {
      b.dispatch(
        sgdKernel,
        { ...at.tensors, velocity: at.slot('velocity', o.momentum > 0) },
        { ...at.params, nesterov: o.nesterov ? 1 : 0, momentum: o.momentum },
      );
    },
    rates: momentumRates(o.convention),
  });
}

export interface RmspropOptions extends CommonOptions {
  /** How much of the mean square is kept; torch calls it alpha. */
  rho?: number;
  momentum?: number;
  /** As torch added to the root of the mean square, as Keras to the mean square. */
  epsilon?: number;
  /** Divides by the deviation of the gradient and not by its root mean square. */
  centered?: boolean;
}

/**
 * RMSprop as torch.optim.RMSprop or keras.optimizers.RMSprop (`convention`); defaults are those of Keras, `learningRate`
 * 0.001, `rho` 0.9, `epsilon` 1e-7.
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
  const inner = o.convention === 'keras';
  return optimizer('rmsprop', o, {
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
          epsilon: inner ? 0 : o.epsilon,
          inner_epsilon: inner ? o.epsilon : 0,
        },
      );
    },
    rates: momentumRates(o.convention),
  });
}

export interface AdagradOptions extends CommonOptions {
  /** What the sum of squares starts from: 0 as torch, 0.1 as Keras. */
  initialAccumulatorValue?: number;
  /** As torch added to the root of the sum, as Keras to the sum. */
  epsilon?: number;
}

/**
 * AdaGrad as torch.optim.Adagrad, `learningRate` 0.01 and `initialAccumulatorValue` 0, or as keras.optimizers.Adagrad
 * (`convention`), 0.001 and 0.1; `epsilon` 1e-7.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const defaults = { learningRate: 0.01, initialAccumulatorValue: 0, epsilon: 1e-7, weightDecay: 0 };
  const keras = { learningRate: 0.001, initialAccumulatorValue: 0.1 };
  const o = settle('adagrad', defaults, options, keras);
  const inner = o.convention === 'keras';
  return optimizer('adagrad', o, {
    emit(b, at) {
      b.dispatch(
        adagradKernel,
        { ...at.tensors, square: at.slot('square') },
        {
          ...at.params,
          initial: o.initialAccumulatorValue + (inner ? o.epsilon : 0),
          epsilon: inner ? 0 : o.epsilon,
        },
      );
    },
  });
}

export interface AdadeltaOptions extends CommonOptions {
  /** How much of the mean squares is kept. */
  rho?: number;
  epsilon?: number;
}

/**
 * Adadelta as torch.optim.Adadelta and with its defaults, `learningRate` 1, `rho` 0.9, `epsilon` 1e-6, or as
 * keras.optimizers.Adadelta (`convention`), 0.001, 0.95 and 1e-7.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const defaults = { learningRate: 1, rho: 0.9, epsilon: 1e-6, weightDecay: 0 };
  const o = settle('adadelta', defaults, options, { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 });
  return optimizer('adadelta', o, {
    emit(b, at) {
      b.dispatch(
        adadeltaKernel,
        { ...at.tensors, square: at.slot('square'), change: at.slot('change') },
        { ...at.params, gain: 1 - o.rho, epsilon: o.epsilon },
      );
    },
  });
}

export interface LionOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
}

/**
 * Steps of one size by the sign of a mean gradient (Chen et al. 2023), as keras.optimizers.Lion and with its defaults,
 * `learningRate` 0.001, `beta1` 0.9, `beta2` 0.99; weight decay is decoupled by every convention.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function lion(options: LionOptions = {}): Optimizer {
  const o = settle('lion', { learningRate: 0.001, beta1: 0.9, beta2: 0.99, weightDecay: 0 }, options);
  return optimizer('lion', o, {
    decoupled: true,
    emit(b, at) {
      b.dispatch(
        lionKernel,
        { ...at.tensors, mean: at.slot('mean') },
        { ...at.params, gain1: 1 - o.beta1, gain2: 1 - o.beta2 },
      );
    },
  });
}

export interface FtrlOptions extends CommonOptions {
  /** How the sum of squares slows the rate. */
  learningRatePower?: number;
  /** What the sum of squares starts from. */
  initialAccumulatorValue?: number;
  l1RegularizationStrength?: number;
  l2RegularizationStrength?: number;
  /** An L2 penalty that acts on the gradient alone. */
  l2ShrinkageRegularizationStrength?: number;
  beta?: number;
}

/**
 * Follow the regularized leader (McMahan et al. 2013), as keras.optimizers.Ftrl and with its defaults, `learningRate` 0.001,
 * `learningRatePower` -0.5, `initialAccumulatorValue` 0.1, no penalties; weight decay is decoupled by every convention.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function ftrl(options: FtrlOptions = {}): Optimizer {
  const defaults = {
    learningRate: 0.001,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
    weightDecay: 0,
  };
  const o = settle('ftrl', defaults, options);
  return optimizer('ftrl', o, {
    decoupled: true,
    emit(b, at) {
      b.dispatch(
        ftrlKernel,
        { ...at.tensors, square: at.slot('square'), linear: at.slot('linear') },
        {
          ...at.params,
          power: -o.learningRatePower,
          initial: o.initialAccumulatorValue,
          l1_strength: o.l1RegularizationStrength,
          l2_strength: o.l2RegularizationStrength,
          shrinkage: o.l2ShrinkageRegularizationStrength,
          beta: o.beta,
        },
      );
    },
  });
}

const factories: Readonly<Record<string, Factory>> = {
  sgd,
  adam,
  adamW,
  nadam,
  adamax,
  rmsprop,
  adagrad,
  adadelta,
  lion,
  ftrl,
};

/**
 * The optimizer that a saved `config` describes.
 * @throws OptionError for an unknown name or option.
 */
export function optimizerFromConfig({ name, ...given }: OptimizerConfig): Optimizer {
  if (!Object.hasOwn(factories, name)) {
    const names = Object.keys(factories);
    throw new OptionError(
      `[optimizer] there is no ${name}; there are ${names.join(', ')}${suggestion(name, names)}`,
    );
  }
  // Files that know of no convention were written when there was only torch's.
  const { learningRate: rate } = given;
  const learningRate = isScheduleConfig(rate) ? scheduleFromConfig(rate) : rate;
  return factories[name]({
    convention: 'torch',
    ...given,
    ...(learningRate !== undefined && { learningRate }),
  });
}
