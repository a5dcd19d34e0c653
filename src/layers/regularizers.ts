// Penalties on weights and on outputs of layers, by Keras' names and formulas, and where a plan collects them.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import type { Regularizer } from '../core/parameters.ts';
import type { Tensor } from '../core/tensor.ts';
import { weightPenalty } from '../kernels/weight_penalty.ts';
import { weightPenaltyBackward } from '../kernels/weight_penalty_backward.ts';
import { batchOf } from './layout.ts';
import { made, type NamedConfig } from './named.ts';

/** l1·Σ|w|, default 0.01: `l1(0.001)` or `l1({ l1: 0.001 })`. */
export function l1(options: number | { l1?: number } = {}): Regularizer {
  const given = typeof options === 'number' ? { l1: options } : options;
  checkOptions('l1', given, ['l1']);
  const { l1 = 0.01 } = given;
  return penalty('L1', { l1 }, l1, 0);
}

/** l2·Σw², default 0.01: `l2(0.001)` or `l2({ l2: 0.001 })`. */
export function l2(options: number | { l2?: number } = {}): Regularizer {
  const given = typeof options === 'number' ? { l2: options } : options;
  checkOptions('l2', given, ['l2']);
  const { l2 = 0.01 } = given;
  return penalty('L2', { l2 }, 0, l2);
}

/** l1·Σ|w| + l2·Σw²; each is 0 where it is not given, as in Keras 3. */
export function l1l2(options: { l1?: number; l2?: number } = {}): Regularizer {
  checkOptions('l1l2', options, ['l1', 'l2']);
  const { l1 = 0, l2 = 0 } = options;
  return penalty('L1L2', { l1, l2 }, l1, l2);
}

const regularizers = {
  l1: { className: 'L1', make: l1 },
  l2: { className: 'L2', make: l2 },
  l1l2: { className: 'L1L2', make: l1l2, byName: false },
} as const;

/** A regularizer as options take it: 'l1' or 'l2', itself (a user's own too), its config, or nothing. */
export type RegularizerOption = 'l1' | 'l2' | Regularizer | NamedConfig | null | undefined;

/**
 * The regularizer of that name or config, or the regularizer itself; `where` names the option for the message.
 * @throws OptionError for a name that does not exist.
 */
export function regularizer(which: RegularizerOption, where?: string): Regularizer | undefined {
  if (which === undefined || which === null) return undefined;
  return isRegularizer(which) ? which : made('regularizer', regularizers, which, where);
}

/** The config of a regularizer, which `regularizer` takes back; null for none. */
export function regularizerConfig(which: RegularizerOption, where?: string): NamedConfig | null {
  const it = regularizer(which, where);
  return it ? { className: it.name, config: it.getConfig() } : null;
}

/**
 * Adds the penalty of a layer's output y, divided by the size of the batch as in Keras, to those of the plan, and leaves
 * the backward step that adds its gradient to that of y; does nothing without a regularizer.
 */
export function penalise(b: Builder, y: Tensor, which: Regularizer | undefined): void {
  if (which) penaltiesOf(b).push(which.build(b, y, 1 / batchOf(y)));
}

/** The penalties of the plan so far, each [1]: those of outputs, and those of weights after `emitPenalties`. */
export function penaltiesOf(b: Builder): Tensor[] {
  return b.once('penalties', () => []);
}

/**
 * Emits the penalties of all weights that are trained and have a regularizer, once a plan, and returns all penalties;
 * the loss of the model is that of its outputs plus their sum. For trainers, after the model and before `backward()`.
 */
export function emitPenalties(b: Builder): readonly Tensor[] {
  b.once('penalties of weights', () => {
    for (const weight of b.parameters.all) {
      const { regularizer } = b.parameters.rulesOf(weight);
      if (regularizer && weight.differentiable) penaltiesOf(b).push(regularizer.build(b, weight, 1));
    }
    return true;
  });
  return penaltiesOf(b);
}

function penalty(name: string, config: Record<string, number>, l1: number, l2: number): Regularizer {
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) continue;
    throw new OptionError(`[${name}/${key}] must be a number, at least 0, got ${shown(value)}`);
  }
  return {
    name,
    getConfig: () => ({ ...config }),
    build(b, weight, scale) {
      const shares = { l1: scale * l1, l2: scale * l2 };
      const sum = weightPenalty(b, weight, shares);
      b.onBackward(() => {
        const into = b.gradInto(weight);
        if (!into) return;
        const { tensor: dw, accumulate } = into;
        weightPenaltyBackward(b, { w: weight, dw, ...shares, accumulate });
      });
      return sum;
    },
  };
}

function isRegularizer(value: unknown): value is Regularizer {
  return typeof value === 'object' && value !== null && typeof (value as Regularizer).build === 'function';
}
