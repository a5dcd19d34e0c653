// What the plan of a language model keeps for its backward steps: exactly the sequences that they need, and no more.
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import { sizeOf } from '../../src/core/tensor.ts';
import { segmentOf } from '../../src/kernels/embedding_backward.ts';
import { type CellName, languageModel } from '../../src/models/language_model.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { adam } from '../../src/training/optimizers.ts';

const T = 48;
const N = 16;
const H = 128;
const D = 96;
/** More tokens than half the positions: rows of the table are looked up. */
const V = 400;

function trained(cell: CellName, layers: number, tieWeights = false, vocabularySize = V): Plan {
  const embedding = tieWeights ? H : D;
  const model = languageModel({
    vocabularySize,
    cell,
    layers,
    units: H,
    embedding,
    dropout: 0,
    tieWeights,
  });
  const options = { name: 'train', limits: defaultLimits, parameters: new Parameters(), training: true };
  return buildPlan(options, (b) => {
    const ids = b.input('ids', [T, N], { dtype: 'u32' });
    const labels = b.input('labels', [T, N], { dtype: 'u32' });
    const loss = sparseCategoricalCrossentropy()(b, model.build(b, ids), labels);
    b.backward();
    adam({ globalClipNorm: 1 }).build(b);
    return { loss };
  });
}

/** Names and sizes, in floats, of what belongs to this run of the plan and grows with T·N. */
function sequences(plan: Plan): Record<string, number> {
  // What products share while they add slices, and what is as large as weights.
  const constant = /slices|sums|transposed|dc$/;
  const long = plan.roots.filter(
    (t) =>
      (t.role === 'activation' || t.role === 'scratch') && !constant.test(t.name) && sizeOf(t.shape) > T * N,
  );
  return Object.fromEntries(long.map((t) => [t.name, sizeOf(t.shape)]));
}

/** A sequence of T steps, and one of the states before and after them. */
const steps = (width: number) => T * N * width;
const slots = (width: number) => (T + 1) * N * width;
/** Two rows for every segment of positions, where an embedding's gradient is summed. */
const edges = (width: number) => (2 * T * N * width) / segmentOf(T * N, width, defaultLimits);

/** G of the cell, the sequences of states, and what a cell keeps besides. */
const kept: Record<CellName, (scope: string) => Record<string, number>> = {
  lstm: (scope) => ({
    [`${scope}/gates`]: steps(4 * H),
    [`${scope}/h`]: slots(H),
    [`${scope}/c`]: slots(H),
    [`d ${scope}/h`]: slots(H),
  }),
  gru: (scope) => ({
    [`${scope}/gates`]: steps(3 * H),
    [`${scope}/h`]: slots(H),
    [`${scope}/extra`]: steps(H),
    [`d ${scope}/h`]: slots(H),
  }),
  rnn: (scope) => ({
    [`${scope}/gates`]: steps(H),
    [`${scope}/h`]: slots(H),
    [`d ${scope}/h`]: slots(H),
  }),
};
const scopes: Record<CellName, string> = { lstm: 'lstm', gru: 'gru', rnn: 'simple_rnn' };

describe('a training plan keeps the sequences of its layers', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    for (const tied of [false, true]) {
      test(`${cell}${tied ? ', tied weights' : ''}: one layer`, () => {
        const width = tied ? H : D;
        const scope = scopes[cell];
        expect(sequences(trained(cell, 1, tied))).toEqual({
          'embedding/y': steps(width),
          'd embedding/y': steps(width),
          'embedding/edges': edges(width),
          ...kept[cell](scope),
          'dense/y': steps(V),
        });
      });
    }
  }

  test('of two layers the upper reads the states of the lower, and its gradient is theirs: nothing is kept twice', () => {
    const one = Object.keys(sequences(trained('lstm', 1)));
    const two = Object.keys(sequences(trained('lstm', 2)));
    expect(two.filter((name) => !one.includes(name))).toEqual(Object.keys(kept.lstm('lstm_1')));
  });

  test('activations are T·N·(6H + D) floats a layer and the states before the first step', () => {
    const { activation } = trained('lstm', 1).memory();
    // Logits, the losses of the rows, and the loss are not the recurrent layer's.
    const others = steps(V) + steps(1) + 1;
    expect(activation / 4 - others).toBe(steps(6 * H + D) + 2 * N * H);
  });

  test('of few tokens the table is multiplied, and its rows are no sequence', () => {
    const few = 20;
    const plan = trained('lstm', 1, false, few);
    const wide = { 'lstm/table product': few * 4 * H, 'lstm/d table product': few * 4 * H };
    const sums = { 'lstm/edges': edges(4 * H) };
    expect(sequences(plan)).toEqual({ ...wide, ...kept.lstm('lstm'), ...sums, 'dense/y': steps(few) });
  });
});
