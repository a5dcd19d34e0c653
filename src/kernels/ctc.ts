// Connectionist temporal classification: the loss of label sequences without an alignment, exact and in logarithms.
import wgslBackward from '../../shaders/ctc_backward.wgsl?raw';
import wgslForward from '../../shaders/ctc_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';

/** The logarithm of a probability of 0. */
const IMPOSSIBLE = -1e30;

/**
 * loss[n] = -log P(labels of sequence n), Graves et al. 2006, eq. 6 to 8, divided by the number of labels (at least 1)
 * where `per_label` is 1; infinite where there are too few steps, or 0 where `zero_infinity` is 1.
 *
 * log_probs [T,N,C], targets [N,S], lengths [2,N], alpha [N,T+2,2S+1], of which the first T slots of each sequence are
 * written as far as it has steps and states, loss [N].
 */
export const ctcForwardKernel = defineKernel({
  name: 'ctc_forward',
  wgsl: wgslForward,
  bindings: {
    log_probs: 'read',
    targets: 'read u32',
    lengths: 'read u32',
    alpha: 'readwrite',
    loss: 'write',
  },
  params: {
    steps: 'u32',
    batch: 'u32',
    classes: 'u32',
    labels: 'u32',
    blank: 'u32',
    per_label: 'u32',
    zero_infinity: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.batch, constants),
  reference({ log_probs, targets, lengths, alpha, loss }, p) {
    for (let n = 0; n < p.batch; n++) {
      const { states, steps, label, maySkip, slot, logProb } = sequenceOf(
        n,
        { log_probs, targets, lengths },
        p,
      );
      let broken = false;
      for (let t = 0; t < steps; t++) {
        broken ||= Number.isNaN(logProb(t, p.blank));
        for (let state = 0; state < states; state++) {
          const before = slot(t - 1) + state;
          let sum = t === 0 ? (state < 2 ? 0 : IMPOSSIBLE) : alpha[before];
          if (t > 0 && state >= 1) sum = logAdd(sum, alpha[before - 1]);
          if (t > 0 && maySkip(state)) sum = logAdd(sum, alpha[before - 2]);
          alpha[slot(t) + state] = Math.max(sum + logProb(t, label(state)), IMPOSSIBLE);
        }
      }
      const sum = likelihood(alpha, slot, states, steps);
      const divisor = p.per_label === 1 ? Math.max((states - 1) / 2, 1) : 1;
      loss[n] = -sum / divisor;
      if (sum <= 0.5 * IMPOSSIBLE) loss[n] = p.zero_infinity === 1 ? 0 : Number.POSITIVE_INFINITY;
      if (broken) loss[n] = Number.NaN;
    }
  },
  cost: (p) => ({
    flops: 20 * p.batch * p.steps * (2 * p.labels + 1),
    bytes: 12 * p.batch * p.steps * (2 * p.labels + 1),
  }),
});

/**
 * slopes = d Σ loss·row_weight/total / d logits, Graves et al. 2006, eq. 16, of what ctc_forward left in alpha.
 *
 * log_probs, slopes [T,N,C], targets [N,S], lengths [2,N], alpha [N,T+2,2S+1], whose last two slots are working memory,
 * row_weight [N], total [1]. Steps beyond a sequence's length, and sequences too short for their labels, have gradient 0.
 */
export const ctcBackwardKernel = defineKernel({
  name: 'ctc_backward',
  wgsl: wgslBackward,
  bindings: {
    log_probs: 'read',
    targets: 'read u32',
    lengths: 'read u32',
    alpha: 'readwrite',
    row_weight: 'read',
    total: 'read',
    slopes: 'write',
  },
  params: {
    steps: 'u32',
    batch: 'u32',
    classes: 'u32',
    labels: 'u32',
    blank: 'u32',
    per_label: 'u32',
    row_weighted: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.batch, constants),
  reference({ log_probs, targets, lengths, alpha, row_weight, total, slopes }, p) {
    slopes.fill(0, 0, p.steps * p.batch * p.classes);
    for (let n = 0; n < p.batch; n++) {
      const { states, steps, label, maySkip, slot, logProb } = sequenceOf(
        n,
        { log_probs, targets, lengths },
        p,
      );
      const whole = likelihood(alpha, slot, states, steps);
      const divisor = p.per_label === 1 ? Math.max((states - 1) / 2, 1) : 1;
      const counts = total[0] !== 0 && whole > 0.5 * IMPOSSIBLE;
      const scale = counts ? (p.row_weighted === 1 ? row_weight[n] : 1) / total[0] / divisor : 0;
      for (let t = steps - 1; t >= 0; t--) {
        const beta = slot(p.steps + (t % 2));
        const after = slot(p.steps + ((t + 1) % 2));
        const next = (state: number) => alpha[after + state] + logProb(t + 1, label(state));
        for (let state = 0; state < states; state++) {
          let sum = state + 2 >= states ? 0 : IMPOSSIBLE;
          if (t + 1 < steps) {
            sum = next(state);
            if (state + 1 < states) sum = logAdd(sum, next(state + 1));
            if (state + 2 < states && maySkip(state + 2)) sum = logAdd(sum, next(state + 2));
          }
          alpha[beta + state] = Math.max(sum, IMPOSSIBLE);
        }
        if (scale === 0) continue;
        const first = (t * p.batch + n) * p.classes;
        for (let c = 0; c < p.classes; c++) slopes[first + c] = scale * Math.exp(logProb(t, c));
        for (let state = 0; state < states; state++) {
          const occupied = Math.exp(Math.min(alpha[slot(t) + state] + alpha[beta + state] - whole, 0));
          slopes[first + label(state)] -= scale * occupied;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 30 * p.batch * p.steps * (2 * p.labels + 1 + p.classes),
    bytes: 4 * p.batch * p.steps * (6 * p.labels + 3 + 2 * p.classes),
  }),
});

function sequenceOf(
  n: number,
  t: { log_probs: ArrayLike<number>; targets: ArrayLike<number>; lengths: ArrayLike<number> },
  p: { steps: number; batch: number; classes: number; labels: number; blank: number },
) {
  const width = 2 * p.labels + 1;
  const label = (state: number): number =>
    state % 2 === 0 ? p.blank : Math.min(t.targets[n * p.labels + (state - 1) / 2], p.classes - 1);
  return {
    states: 2 * Math.min(t.lengths[p.batch + n], p.labels) + 1,
    steps: Math.min(t.lengths[n], p.steps),
    label,
    maySkip: (state: number) => state >= 2 && state % 2 === 1 && label(state) !== label(state - 2),
    slot: (slot: number) => (n * (p.steps + 2) + slot) * width,
    logProb: (step: number, c: number) => t.log_probs[(step * p.batch + n) * p.classes + c],
  };
}

/** The logarithm of the sum over both last states. */
function likelihood(
  alpha: ArrayLike<number>,
  slot: (t: number) => number,
  states: number,
  steps: number,
): number {
  if (steps === 0) return states === 1 ? 0 : IMPOSSIBLE;
  const last = slot(steps - 1) + states - 1;
  return states === 1 ? alpha[last] : logAdd(alpha[last], alpha[last - 1]);
}

function logAdd(a: number, c: number): number {
  const m = Math.max(a, c);
  return m <= 0.5 * IMPOSSIBLE ? IMPOSSIBLE : m + Math.log1p(Math.exp(-Math.abs(a - c)));
}

export interface CtcOptions {
  /** [T,N,C] */
  logProbs: Tensor;
  /** [N,S] u32 */
  targets: Tensor;
  /** [2,N] u32 */
  lengths: Tensor;
  /** [N,T+2,2S+1] */
  alpha: Tensor;
  blank: number;
  perLabel: boolean;
}

function sizesOf({ logProbs, targets, blank, perLabel }: CtcOptions) {
  const [steps, batch, classes] = logProbs.shape;
  return { steps, batch, classes, labels: targets.shape[1], blank, per_label: perLabel ? 1 : 0 };
}

/** Emits the losses of sequences; what is left in alpha is for `ctcBackward`. */
export function ctcForward(b: Builder, options: CtcOptions & { loss: Tensor; zeroInfinity: boolean }): void {
  const { logProbs, targets, lengths, alpha, loss, zeroInfinity } = options;
  b.dispatch(
    ctcForwardKernel,
    { log_probs: logProbs, targets, lengths, alpha, loss },
    { ...sizesOf(options), zero_infinity: zeroInfinity ? 1 : 0 },
  );
}

/** Emits the gradient over the logits. */
export function ctcBackward(
  b: Builder,
  options: CtcOptions & { slopes: Tensor; total: Tensor; rowWeight?: Tensor | undefined },
): void {
  const { logProbs, targets, lengths, alpha, slopes, total, rowWeight } = options;
  b.dispatch(
    ctcBackwardKernel,
    { log_probs: logProbs, targets, lengths, alpha, row_weight: rowWeight ?? nothing(b), total, slopes },
    { ...sizesOf(options), row_weighted: rowWeight ? 1 : 0 },
  );
}
