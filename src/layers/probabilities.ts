// Which tensors are probabilities, and of which logits: losses take the logits behind them, or what lies in [0,1] as it is.
import type { Builder } from '../core/builder.ts';
import { sourceOf, type Tensor } from '../core/tensor.ts';

type Squashing = 'softmax' | 'sigmoid';

function probabilities(b: Builder): Map<Tensor, { logits: Tensor; kind: Squashing }> {
  return b.once('probabilities', () => new Map());
}

/** Notes that `y` is the softmax (over the last axis) or sigmoid of `logits`, of the same shape. */
export function noteProbabilities(b: Builder, y: Tensor, logits: Tensor, kind: Squashing): void {
  probabilities(b).set(y, { logits, kind });
  noteFractions(b, y);
}

/**
 * The logits of which `t`, or what it is a view of, is the softmax or sigmoid; undefined where it is something else. The
 * activation then needs no backward step.
 */
export function logitsBehind(b: Builder, t: Tensor, kind: Squashing): Tensor | undefined {
  const y = sourceOf(t);
  const found = probabilities(b).get(y);
  if (found?.kind !== kind) return undefined;
  if (t === y) return found.logits;
  if (kind === 'softmax' && t.shape.at(-1) !== y.shape.at(-1)) return undefined;
  return b.view(found.logits, t.offset - y.offset, t.shape);
}

function fractions(b: Builder): Set<Tensor> {
  return b.once('fractions', () => new Set());
}

/** Notes that all elements of `y` lie in [0,1]. */
export function noteFractions(b: Builder, y: Tensor): void {
  fractions(b).add(sourceOf(y));
}

/** Whether all elements of `t`, or of what it is a view of, are known to lie in [0,1]. */
export function areFractions(b: Builder, t: Tensor): boolean {
  return fractions(b).has(sourceOf(t));
}

/** Notes that `y`, made of nothing but elements of `inputs` or of values between them, lies in [0,1] where they all do. */
export function passFractions(b: Builder, y: Tensor, ...inputs: readonly Tensor[]): void {
  if (inputs.every((x) => areFractions(b, x))) noteFractions(b, y);
}
