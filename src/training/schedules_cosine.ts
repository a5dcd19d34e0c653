// Schedules along a cosine: one decay, decays with restarts, one rise and fall.
import {
  atLeast,
  expectOptions,
  flag,
  fraction,
  notNegative,
  optional,
  positive,
  type Schedule,
  schedule,
} from './schedule.ts';

export interface CosineDecayOptions {
  /** Of the first update; where the rate warms up, it begins there. */
  initialLearningRate: number;
  /** Updates of the decay, those of the warm-up not counted. */
  decaySteps: number;
  /** What is left at the end, as a part of the rate that decays; default 0. */
  alpha?: number;
  /** Rises in a straight line to this rate before it decays from there. */
  warmupTarget?: number | null;
  /** Updates of the rise; default 0. */
  warmupSteps?: number;
}

/**
 * rate = from · ((1 - alpha) · (1 + cos(π · step / decaySteps)) / 2 + alpha), as keras.optimizers.schedules.CosineDecay.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget = null, warmupSteps = 0 } = options ?? {};
  const all = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
  expectOptions('cosineDecay', options, all, {
    initialLearningRate: notNegative,
    decaySteps: positive,
    alpha: fraction,
    warmupTarget: optional(notNegative),
    warmupSteps: notNegative,
  });
  const before = warmupTarget === null ? 0 : warmupSteps;
  const from = warmupTarget ?? initialLearningRate;
  return schedule('CosineDecay', all, (step) => {
    if (step < before) return initialLearningRate + (from - initialLearningRate) * (step / before);
    return from * ((1 - alpha) * cosine(Math.min(step - before, decaySteps) / decaySteps) + alpha);
  });
}

/** From 1 at 0 to 0 at 1. */
function cosine(part: number): number {
  return 0.5 * (1 + Math.cos(Math.PI * part));
}

export interface CosineDecayRestartsOptions {
  initialLearningRate: number;
  /** Updates of the first decay. */
  firstDecaySteps: number;
  /** How much longer each decay is than the one before; default 2. */
  tMul?: number;
  /** What the rate after each restart is multiplied by; default 1. */
  mMul?: number;
  /** What is left at the end of each decay, as a part of the rate; default 0. */
  alpha?: number;
}

/**
 * Cosine decays one after the other, as keras.optimizers.schedules.CosineDecayRestarts; Loshchilov and Hutter, "SGDR:
 * Stochastic Gradient Descent with Warm Restarts", 2017.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function cosineDecayRestarts(options: CosineDecayRestartsOptions): Schedule {
  const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options ?? {};
  const all = { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
  expectOptions('cosineDecayRestarts', options, all, {
    initialLearningRate: notNegative,
    firstDecaySteps: positive,
    tMul: atLeast(1),
    mMul: notNegative,
    alpha: fraction,
  });
  return schedule('CosineDecayRestarts', all, (step) => {
    const done = step / firstDecaySteps;
    const restarts =
      tMul === 1 ? Math.floor(done) : Math.floor(Math.log(1 - done * (1 - tMul)) / Math.log(tMul));
    const past = tMul === 1 ? restarts : (1 - tMul ** restarts) / (1 - tMul);
    const part = (done - past) / tMul ** restarts;
    return initialLearningRate * ((1 - alpha) * mMul ** restarts * cosine(part) + alpha);
  });
}

export interface OneCycleOptions {
  maxLearningRate: number;
  totalSteps: number;
  /** The part of the steps in which the rate rises; default 0.3. */
  pctStart?: number;
  /** The rate begins at maxLearningRate / divFactor; default 25. */
  divFactor?: number;
  /** It ends at the first rate / finalDivFactor; default 1e4. */
  finalDivFactor?: number;
  /** Default 'cos'. */
  annealing?: 'cos' | 'linear';
  /** Falls to the first rate as long as it rose, and to the last one after that; default false. */
  threePhase?: boolean;
}

/**
 * Rises to `maxLearningRate` and falls again, as torch.optim.lr_scheduler.OneCycleLR, whose numbers it gives; after
 * `totalSteps` it stays at the last rate. Smith and Topin, "Super-Convergence", 2019.
 * @throws OptionError for an option that is missing, unknown or out of its range.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { maxLearningRate, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options ?? {};
  const { annealing = 'cos', threePhase = false } = options ?? {};
  const all = { maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor, annealing, threePhase };
  expectOptions('oneCycle', options, all, {
    maxLearningRate: notNegative,
    totalSteps: (x) => (Number.isSafeInteger(x) && (x as number) > 0 ? undefined : 'a positive integer'),
    pctStart: fraction,
    divFactor: positive,
    finalDivFactor: positive,
    annealing: (x) => (x === 'cos' || x === 'linear' ? undefined : "'cos' or 'linear'"),
    threePhase: flag,
  });
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const peak = pctStart * totalSteps - 1;
  const phases = threePhase
    ? [
        { end: peak, from: first, to: maxLearningRate },
        { end: 2 * pctStart * totalSteps - 2, from: maxLearningRate, to: first },
        { end: totalSteps - 1, from: first, to: last },
      ]
    : [
        { end: peak, from: first, to: maxLearningRate },
        { end: totalSteps - 1, from: maxLearningRate, to: last },
      ];
  return schedule('OneCycle', all, (step) => {
    const found = phases.findIndex(({ end }) => step <= end);
    const i = found < 0 ? phases.length - 1 : found;
    const { end, from, to } = phases[i];
    const start = i === 0 ? 0 : phases[i - 1].end;
    const part = end > start ? Math.min((step - start) / (end - start), 1) : 1;
    return annealing === 'cos' ? to + (from - to) * cosine(part) : from + (to - from) * part;
  });
}
