// What an optimizer is, and what all of them share: clipping, decay, averages, the flat ranges they update.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { type Clipping, clipScale, squareSums } from '../kernels/clip_scale.ts';
import { movingAverageKernel } from '../kernels/moving_average.ts';
import { expectLearningRate, type LearningRateSchedule, type Settled } from './optimizer_options.ts';
import { isSchedule, scheduleConfig } from './schedule.ts';

/** The numbers the host gives an update: how many elements the `hyper` tensor has, and which the averages read. */
const HYPER = 8;
const AVERAGE_AT = 6;
/** The largest f32: a clamp that lets everything through. */
const NO_LIMIT = 3.4028234663852886e38;

export interface OptimizerConfig {
  readonly name: string;
  readonly [option: string]: unknown;
}

export interface Optimizer {
  /** The name of its factory. */
  readonly name: string;
  /** All options, defaults included. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Name and options as JSON can hold them, for `optimizerFromConfig`; a user's own function for the learning rate is
   * saved as its first rate.
   */
  readonly config: OptimizerConfig;
  /** The slot of the moving averages of the weights, where it keeps them (`useEma`). */
  readonly averageSlot: string | undefined;
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

export interface Rule {
  /** Emits the update of one range of the flat arrays. */
  emit(b: Builder, at: Range): void;
  /** What follows the learning rate in `hyper`, at most five numbers; `step` counts from 1. */
  rates?(learningRate: number, step: number): number[];
  /** Weight decay is decoupled by every convention. */
  readonly decoupled?: boolean;
}

/** What the update of one range of the flat arrays binds. */
export interface Range {
  tensors: { gradients: Tensor; hyper: Tensor; clip: Tensor; parameters: Tensor };
  params: Clipping & {
    size: number;
    partials: number;
    clip_value: number;
    l2: number;
    weight_decay: number;
  };
  /** The range of a slot; where the slot is not used, a tensor to bind in its place. */
  slot(name: string, used?: boolean): Tensor;
}

/** Makes an optimizer of settled options and the rule of its update. */
export function optimizer<D>(name: string, options: Settled<D>, rule: Rule): Optimizer {
  const { learningRate, convention, clipNorm, globalClipNorm, clipValue, weightDecay } = options;
  const { useEma, emaMomentum = 0, emaOverwriteFrequency } = options;
  const decoupled = convention === 'keras' || rule.decoupled;
  const averageSlot = useEma ? `${name}/average` : undefined;
  const clipping = {
    max_norm: globalClipNorm ?? clipNorm ?? 0,
    norm_epsilon: convention === 'keras' ? 0 : 1e-6,
  };
  const rateAt = (step: number): number => {
    if (typeof learningRate === 'number') return learningRate;
    const rate = learningRate(step - 1);
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw new OptionError(`[${name}/learningRate] the schedule gave ${rate} at step ${step - 1}`);
    }
    return rate;
  };
  const saved = () => (isSchedule(learningRate) ? scheduleConfig(learningRate) : rateAt(1));
  return withoutRate({
    name,
    options: Object.freeze(options),
    averageSlot,
    get config() {
      return { name, ...(options as Readonly<Record<string, unknown>>), learningRate: saved() };
    },
    build(b) {
      if (b.awaitsBackward) {
        throw new ShapeError(`[${name}] updates by gradients, so backward() must come before it`);
      }
      const hyper = b.input('hyper', [HYPER]);
      const { arena, gradients } = b.parameters;
      const whole = globalClipNorm ? clipBy(b, gradients, clipping) : unclipped();
      for (const { offset, size } of trainable(b, clipNorm !== undefined)) {
        const part = (t: Tensor) => (size === sizeOf(t.shape) ? t : b.view(t, offset, [size]));
        const { clip, partials } = clipNorm ? clipBy(b, part(gradients), clipping) : whole;
        rule.emit(b, {
          tensors: { gradients: part(gradients), hyper, clip, parameters: part(arena) },
          params: {
            size,
            partials,
            ...clipping,
            clip_value: clipValue ?? NO_LIMIT,
            l2: decoupled ? 0 : weightDecay,
            weight_decay: decoupled ? weightDecay : 0,
          },
          slot: (slot, used = true) =>
            used ? part(b.parameters.slot(`${name}/${slot}`)) : b.scratch(`no ${slot}`, [4]),
        });
        if (averageSlot) {
          const average = part(b.parameters.slot(averageSlot));
          b.dispatch(movingAverageKernel, { hyper, parameters: part(arena), average }, { size });
        }
      }
      return { hyper, norm: globalClipNorm ? b.view(whole.clip, whole.partials, [1]) : undefined };
    },
    hyper(step) {
      if (!Number.isSafeInteger(step) || step < 1) {
        throw new OptionError(`[${name}] counts steps from 1, got ${step}`);
      }
      const rate = rateAt(step);
      const values = new Float64Array(HYPER);
      values.set([rate, ...(rule.rates?.(rate, step) ?? [])]);
      // Whatever the slot holds at the first update, the first average is the weights themselves.
      const overwrites = emaOverwriteFrequency !== undefined && step % emaOverwriteFrequency === 0;
      values.set([step === 1 ? 0 : emaMomentum, overwrites ? 1 : 0], AVERAGE_AT);
      return values;
    },
    withLearningRate: (rate) =>
      optimizer(name, { ...options, learningRate: expectLearningRate(name, rate) }, rule),
  });
}

/** Refuses the assignment of a learning rate, which no update would heed. */
function withoutRate(made: Optimizer): Optimizer {
  const refusing = (key: string) => ({
    get: () => made.options.learningRate,
    set(): never {
      throw new OptionError(
        `[${made.name}/${key}] cannot be set: set \`model.learningRate\`, or take \`optimizer.withLearningRate(rate)\``,
      );
    },
  });
  return Object.defineProperties(made, { learningRate: refusing('learningRate'), lr: refusing('lr') });
}

/** What an update binds as `clip`, and how many partial sums it has to add itself; the norm lies behind those. */
interface Clip {
  clip: Tensor;
  partials: number;
}

function unclipped(): Clip {
  return { clip: tensor('not clipped', [2], 'scratch', { initial: () => [0, 1] }), partials: 0 };
}

/** Emits the norm of gradients, but for its last sum where barriers are cheap: there the update adds the parts itself. */
function clipBy(b: Builder, gradients: Tensor, clipping: Clipping): Clip {
  if (b.limits.cheapBarriers) return squareSums(b, gradients, 1);
  return { clip: clipScale(b, gradients, clipping), partials: 0 };
}

/** The ranges of the arena that are trained, or each tensor `apart`; decay must not reach frozen parameters between them. */
export function trainable(b: Builder, apart = false): { offset: number; size: number }[] {
  const all = b.parameters.all;
  const ranges: { offset: number; size: number }[] = [];
  all.forEach((t, i) => {
    if (!t.differentiable) return;
    const end = all[i + 1]?.offset ?? b.parameters.size;
    const last = ranges.at(-1);
    if (apart) ranges.push({ offset: t.offset, size: sizeOf(t.shape) });
    else if (last && last.offset + last.size === t.offset) last.size = end - last.offset;
    else ranges.push({ offset: t.offset, size: end - t.offset });
  });
  if (ranges.length === 0) {
    throw new ShapeError(`[${b.path || 'optimizer'}] the model has no trainable parameters`);
  }
  return ranges;
}
