// Losses without `fromLogits`: what is known to lie in [0,1] is taken for probabilities, by Keras' formulas, and the rest for logits.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import {
  type AnyLayer,
  activation,
  average,
  averagePooling1D,
  bidirectional,
  concatenate,
  dense,
  dropout,
  flatten,
  globalMaxPooling1D,
  gru,
  lstm,
  maximum,
  minimum,
  multiply,
  permute,
  repeatVector,
  reshape,
  simpleRNN,
  timeDistributed,
} from '../../src/index.ts';
import { outputsOf } from '../../src/layers/layer.ts';
import { binaryCrossentropy, categoricalCrossentropy } from '../../src/training/losses/classes.ts';
import type { LossFunction } from '../../src/training/losses/loss.ts';
import { binaryAccuracy } from '../../src/training/metrics/accuracies.ts';

const clip = (p: number) => Math.min(Math.max(p, Math.fround(1e-7)), Math.fround(1 - 1e-7));

type Formula = (t: readonly number[], p: readonly number[]) => number;

/** Keras' losses of a row of probabilities, and of logits. */
const binary: Formula = (t, p) =>
  t.reduce((sum, ti, k) => sum - ti * Math.log(clip(p[k])) - (1 - ti) * Math.log(1 - clip(p[k])), 0) /
  t.length;
const categorical: Formula = (t, p) => {
  const all = p.reduce((sum, pk) => sum + pk, 0);
  return t.reduce((sum, ti, k) => sum - ti * Math.log(clip(p[k] / all)), 0);
};
const binaryOfLogits: Formula = (t, x) =>
  binary(
    t,
    x.map((value) => 1 / (1 + Math.exp(-value))),
  );
const categoricalOfLogits: Formula = (t, x) => categorical(t, x.map(Math.exp));

async function measured(
  make: (b: Builder, x: Tensor) => Tensor,
  loss: LossFunction,
  training: boolean,
): Promise<{ value: number; rows: number[][]; targets: number[][] }> {
  const backend = cpu({ precision: 'f64' });
  const parameters = new Parameters({ seed: 5 });
  let [x, y, target, value]: Tensor[] = [];
  const plan = buildPlan({ name: 'plan', limits: backend.limits, parameters, training }, (b) => {
    x = b.input('x', [3, 2, 4]);
    const made = make(b, x);
    y = b.scratch('y', made.shape);
    b.peek(() => b.copy(made, y));
    target = b.input('target', made.shape);
    value = loss(b, made, target);
    if (training) b.backward();
  });
  const executable = await backend.load(plan);
  const C = y.shape.at(-1)!;
  const targets = Array.from({ length: sizeOf(y.shape) }, (_, i) => ((i * 5) % C === 0 ? 1 : 0));
  backend.write(
    x,
    Array.from({ length: 24 }, (_, i) => 2 * Math.sin(1.7 * i + 0.3)),
  );
  backend.write(target, targets);
  executable.run();
  const inRows = (flat: readonly number[]) =>
    Array.from({ length: flat.length / C }, (_, row) => flat.slice(row * C, (row + 1) * C));
  const rows = inRows(Array.from(await backend.read(y)));
  return { value: (await backend.read(value))[0], rows, targets: inRows(targets) };
}

async function expectFormula(
  make: (b: Builder, x: Tensor) => Tensor,
  loss: LossFunction,
  formula: Formula,
  training = false,
): Promise<void> {
  const { value, rows, targets } = await measured(make, loss, training);
  const expected = rows.reduce((sum, row, i) => sum + formula(targets[i], row), 0) / rows.length;
  expect(value).toBeCloseTo(expected, 9);
}

const through =
  (...layers: readonly AnyLayer[]) =>
  (b: Builder, x: Tensor): Tensor =>
    layers.reduce((t, layer) => b.scope(layer.name, () => outputsOf(layer.build(b, t))[0]), x);

const squashed = (name: 'sigmoid' | 'hardSigmoid' | 'softmax') => activation({ activation: name });

/** Two tensors of probabilities, by one layer. */
const merged = (layer: AnyLayer) => (b: Builder, x: Tensor) =>
  outputsOf(layer.build(b, through(squashed('sigmoid'))(b, x), through(squashed('softmax'))(b, x)))[0];

const sequences = { units: 3, returnSequences: true } as const;
const bounded: Record<string, (b: Builder, x: Tensor) => Tensor> = {
  hardSigmoid: through(squashed('hardSigmoid')),
  'dense of hardSigmoid': through(dense({ units: 3, activation: 'hardSigmoid' })),
  lstm: through(lstm({ ...sequences, activation: 'sigmoid' })),
  'lstm, last output': through(
    lstm({ units: 3, activation: 'hardSigmoid', recurrentActivation: 'hardSigmoid' }),
  ),
  gru: through(gru({ ...sequences, activation: 'hardSigmoid', goBackwards: true })),
  simpleRNN: through(simpleRNN({ ...sequences, activation: 'sigmoid' })),
  'simpleRNN, normalised': through(
    simpleRNN({ ...sequences, activation: 'sigmoid', layerNormalization: true }),
  ),
  bidirectional: through(bidirectional({ layer: simpleRNN({ ...sequences, activation: 'sigmoid' }) })),
  'bidirectional, averaged': through(
    bidirectional({ layer: gru({ ...sequences, activation: 'sigmoid' }), mergeMode: 'ave' }),
  ),
  average: merged(average()),
  multiply: merged(multiply()),
  maximum: merged(maximum()),
  minimum: merged(minimum()),
  concatenate: merged(concatenate()),
  reshape: through(squashed('hardSigmoid'), reshape({ targetShape: [4, 3] })),
  flatten: through(squashed('hardSigmoid'), flatten()),
  permute: through(squashed('hardSigmoid'), permute({ dims: [2, 1] })),
  'average pooling': through(squashed('hardSigmoid'), averagePooling1D({ poolSize: 2 })),
  'max pooling, repeated': through(squashed('hardSigmoid'), globalMaxPooling1D(), repeatVector({ n: 2 })),
  timeDistributed: through(timeDistributed({ layer: dense({ units: 3, activation: 'hardSigmoid' }) })),
  'timeDistributed of more than a row': through(
    squashed('hardSigmoid'),
    timeDistributed({ layer: reshape({ targetShape: [2, 2] }) }),
  ),
};

describe('what lies in [0,1] is taken for probabilities', () => {
  for (const [name, make] of Object.entries(bounded)) {
    test(name, async () => {
      await expectFormula(make, binaryCrossentropy(), binary);
      await expectFormula(make, categoricalCrossentropy(), categorical);
    });
  }

  test('binaryCrossentropy of a softmax, categoricalCrossentropy of a sigmoid', async () => {
    for (const training of [false, true]) {
      await expectFormula(through(squashed('softmax')), binaryCrossentropy(), binary, training);
      await expectFormula(through(squashed('sigmoid')), categoricalCrossentropy(), categorical, training);
    }
  });

  test('dropout in training', async () => {
    const make = through(squashed('sigmoid'), dropout({ rate: 0.4 }));
    await expectFormula(make, binaryCrossentropy(), binary, true);
    const alike = through(squashed('sigmoid'), dropout({ rate: 0.4, noiseShape: [null, 1, null] }));
    await expectFormula(alike, binaryCrossentropy(), binary, true);
  });
});

const free: Record<string, (b: Builder, x: Tensor) => Tensor> = {
  dense: through(dense({ units: 3 })),
  tanh: through(activation({ activation: 'tanh' })),
  lstm: through(lstm(sequences)),
  'lstm, projected': through(lstm({ ...sequences, activation: 'sigmoid', projection: 2 })),
  'gru with gates that are no fractions': through(
    gru({ ...sequences, activation: 'sigmoid', recurrentActivation: 'relu' }),
  ),
  'a maximum of which one is free': (b, x) =>
    outputsOf(maximum().build(b, through(squashed('sigmoid'))(b, x), x))[0],
};

describe('what is not known to lie there counts as logits', () => {
  for (const [name, make] of Object.entries(free)) {
    test(name, async () => {
      await expectFormula(make, binaryCrossentropy(), binaryOfLogits);
      await expectFormula(make, categoricalCrossentropy(), categoricalOfLogits);
    });
  }
});

test("thresholds of metrics that read 'auto' go by the same", async () => {
  const thresholdOf = async (make: (b: Builder, x: Tensor) => Tensor) => {
    const backend = cpu({ precision: 'f64' });
    let [x, target, state]: Tensor[] = [];
    let result!: (values: ArrayLike<number>) => number;
    const parameters = new Parameters({ seed: 1 });
    const plan = buildPlan({ name: 'plan', limits: backend.limits, parameters }, (b) => {
      x = b.input('x', [2, 1]);
      target = b.input('target', [2, 1]);
      ({ state, result } = binaryAccuracy({ fromLogits: 'auto' }).build(b, make(b, x), target));
    });
    const executable = await backend.load(plan);
    backend.write(x, [-1, 0.3]);
    backend.write(target, [0, 1]);
    executable.run();
    return result(await backend.read(state));
  };
  expect(await thresholdOf(through(activation({ activation: 'linear' })))).toBe(1);
  // 0.3/6 + 0.5 is above a half, -1/6 + 0.5 below; as logits both would be positive.
  expect(await thresholdOf(through(squashed('hardSigmoid')))).toBe(1);
});
