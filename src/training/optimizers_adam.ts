// Adam and its kin: adam, adamW, nadam, adamax.
import { adamKernel } from '../kernels/adam.ts';
import { adamaxKernel } from '../kernels/adamax.ts';
import { nadamKernel } from '../kernels/nadam.ts';
import { type Optimizer, optimizer } from './optimizer.ts';
import { type CommonOptions, type Settled, settle } from './optimizer_options.ts';

export interface AdamOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
  /**
   * As torch added to the root of the bias-corrected mean square; as Keras to the root of the mean square itself, whose
   * correction goes into the rate: rate·√(1-β₂ᵗ)/(1-β₁ᵗ).
   */
  epsilon?: number;
  /** Divides by the largest mean square so far. */
  amsgrad?: boolean;
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
 * Adam as torch.optim.Adam, weight decay as L2 in the gradient, or as keras.optimizers.Adam (`convention`). Defaults are
 * those of Keras, `learningRate` 0.001 and `epsilon` 1e-7 (torch: 1e-8).
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily('adam', settle('adam', adamDefaults, options), false);
}

/**
 * Adam with decoupled weight decay, as torch.optim.AdamW or keras.optimizers.AdamW (`convention`); `weightDecay` 0.004 as
 * in Keras (torch: 0.01).
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamFamily('adamW', settle('adamW', { ...adamDefaults, weightDecay: 0.004 }, options), true);
}

function adamFamily(name: string, o: Settled<typeof adamDefaults>, decoupled: boolean): Optimizer {
  return optimizer(name, o, {
    decoupled,
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
          gain1: 1 - o.beta1,
          gain2: 1 - o.beta2,
          epsilon: o.epsilon,
        },
      );
    },
    rates(rate, step) {
      const ofMean = rate / (1 - o.beta1 ** step);
      const ofRoot = Math.sqrt(1 - o.beta2 ** step);
      return o.convention === 'keras' ? [ofMean * ofRoot, 1] : [ofMean, 1 / ofRoot];
    },
  });
}

export interface NadamOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** How fast the momentum nears beta1: μₜ = beta1·(1 - 0.5·0.96^(t·momentumDecay)); 0.004 as torch, 1 as Keras. */
  momentumDecay?: number;
}

/**
 * Adam with Nesterov momentum, as torch.optim.NAdam or keras.optimizers.Nadam (`convention`); `learningRate` 0.001 and
 * `epsilon` 1e-7 as in Keras.
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
  const o = settle('nadam', defaults, options, { momentumDecay: 1 });
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
  return optimizer('nadam', o, {
    emit(b, at) {
      b.dispatch(
        nadamKernel,
        { ...at.tensors, mean: at.slot('mean'), square: at.slot('square') },
        { ...at.params, gain1: 1 - o.beta1, gain2: 1 - o.beta2, epsilon: o.epsilon },
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

export interface AdamaxOptions extends CommonOptions {
  beta1?: number;
  beta2?: number;
  /** As torch added to |g| before the largest is taken, as Keras to the largest. */
  epsilon?: number;
}

/**
 * Adam by the largest gradient, as torch.optim.Adamax or keras.optimizers.Adamax (`convention`); `learningRate` 0.002 as
 * torch, 0.001 as Keras, `epsilon` 1e-7 as in Keras.
 * @throws OptionError for an unknown option or a value out of its range.
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  const defaults = { learningRate: 0.002, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 };
  const o = settle('adamax', defaults, options, { learningRate: 0.001 });
  const inner = o.convention === 'torch';
  return optimizer('adamax', o, {
    emit(b, at) {
      b.dispatch(
        adamaxKernel,
        { ...at.tensors, mean: at.slot('mean'), largest: at.slot('largest') },
        {
          ...at.params,
          gain1: 1 - o.beta1,
          beta2: o.beta2,
          epsilon: inner ? 0 : o.epsilon,
          inner_epsilon: inner ? o.epsilon : 0,
        },
      );
    },
    rates: (rate, step) => [rate / (1 - o.beta1 ** step)],
  });
}
