// What judges the outputs of a model in a plan: metrics, losses and penalties, and how losses share what they look at.
import type { Builder } from '../core/builder.ts';
import { rootOf, type Tensor } from '../core/tensor.ts';
import { logitsBehind } from '../layers/probabilities.ts';
import { emitPenalties } from '../layers/regularizers.ts';
import { isLossFunction } from '../training/losses/loss.ts';
import { emitOwnLoss, sumLoss } from '../training/own_loss.ts';
import type { Objective, Tally } from './model_plan.ts';

/** Emits metrics, then losses, which may overwrite what metrics read. */
export function judge(
  b: Builder,
  options: {
    outputs: readonly Tensor[];
    targets: readonly (Tensor | undefined)[];
    weights: readonly (Tensor | undefined)[];
    objectives: readonly Objective[];
    batch: number;
  },
): Tally[] {
  const { outputs, targets, weights, objectives, batch } = options;
  const tallies: Tally[] = [];
  outputs.forEach((output, i) => {
    const target = targets[i];
    if (!target) return;
    const { metrics, weightedMetrics } = objectives[i];
    [...metrics, ...weightedMetrics].forEach((metric, k) => {
      const sampleWeight = k >= metrics.length ? weights[i] : undefined;
      const built = b.scope(`metric ${i}.${k}`, () =>
        metric.build(b, output, target, sampleWeight ? { sampleWeight } : {}),
      );
      tallies.push({ name: metric.name, output: i, weight: 1, ...built });
    });
  });
  const counting = outputs.flatMap((output, i) => {
    const { loss, weight } = objectives[i];
    const target = targets[i];
    return target && loss && weight !== 0 ? [{ output, target, loss, weight, i }] : [];
  });
  counting.forEach(({ output, target, loss, weight, i }, k) => {
    const seen = lookedAt(b, output);
    const keepPrediction = counting.slice(k + 1).some((later) => meet(seen, lookedAt(b, later.output)));
    b.scope(`loss ${i}`, () => {
      const sums = b.state('sums', [2]);
      const sampleWeight = weights[i];
      if (isLossFunction(loss)) {
        loss.emit(b, output, target, { sums, weight, sampleWeight, keepPrediction, labelsChecked: true });
      } else {
        // Nobody can tell what a function makes of it.
        if (keepPrediction) for (const t of seen) b.keep(t);
        emitOwnLoss(b, loss, output, target, { batch, sums, weight, sampleWeight });
      }
      tallies.push({ name: 'loss', output: i, weight, state: sums, result: mean });
    });
  });
  emitPenalties(b).forEach((penalty, i) => {
    b.scope(`penalty ${i}`, () => {
      const sums = b.state('sums', [2]);
      sumLoss(b, penalty, { batch, sums, weight: 1 });
      tallies.push({ name: 'loss', output: undefined, weight: 1, state: sums, result: mean });
    });
  });
  return tallies;
}

/** The storage in which a loss of an output finds what it looks at: the output, and the logits of which it is made. */
function lookedAt(b: Builder, output: Tensor): Tensor[] {
  const behind = [logitsBehind(b, output, 'softmax'), logitsBehind(b, output, 'sigmoid')];
  return [output, ...behind].flatMap((t) => (t ? [rootOf(t)] : []));
}

function meet(some: readonly Tensor[], others: readonly Tensor[]): boolean {
  return some.some((t) => others.includes(t));
}

/** Of (Σ loss·N, Σ N). */
function mean(sums: ArrayLike<number>): number {
  return sums[0] / sums[1];
}
