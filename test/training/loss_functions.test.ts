// The losses as trainers use them: gradients by differences, Keras' divisors, weights, masks, sums, names, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import * as losses from '../../src/training/losses.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const T = 3;
const N = 4;
const C = 5;
const M = T * N;

const numbers = Float64Array.from({ length: M * C }, (_, i) => Math.sin(1.3 * i + 0.4) * 1.5);
/** Between 0 and 1, and never on a threshold. */
const probabilities = Float64Array.from({ length: M * C }, (_, i) => 0.5 + 0.45 * Math.sin(2.3 * i));
const bits = Float64Array.from({ length: M * C }, (_, i) => (i * 7) % 2);
const oneHot = Float64Array.from({ length: M * C }, (_, i) => (i % C === (i * 3) % 4 ? 1 : 0));
const labels = Array.from({ length: M }, (_, i) => (i * 7) % C);
const mask = [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1];
const weights = [1, 0.5, 2, 3];

interface Kind {
  loss: losses.LossFunction;
  x?: ArrayLike<number>;
  target?: ArrayLike<number>;
}

const kinds: Record<string, Kind> = {
  meanSquaredError: { loss: losses.meanSquaredError() },
  meanAbsoluteError: { loss: losses.meanAbsoluteError() },
  meanAbsolutePercentageError: { loss: losses.meanAbsolutePercentageError() },
  meanSquaredLogarithmicError: {
    loss: losses.meanSquaredLogarithmicError(),
    x: probabilities,
    target: probabilities.map((p) => 1 - p * p),
  },
  huber: { loss: losses.huber({ delta: 0.6 }) },
  smoothL1: { loss: losses.smoothL1({ beta: 0.6 }) },
  logCosh: { loss: losses.logCosh() },
  poisson: { loss: losses.poisson(), x: probabilities, target: bits },
  hinge: { loss: losses.hinge(), target: bits },
  squaredHinge: { loss: losses.squaredHinge(), target: bits },
  categoricalHinge: { loss: losses.categoricalHinge(), target: oneHot },
  cosineSimilarity: { loss: losses.cosineSimilarity() },
  klDivergence: {
    loss: losses.klDivergence(),
    x: probabilities,
    target: probabilities.map((p) => 1 - p * p),
  },
  logKlDivergence: { loss: losses.logKlDivergence(), target: probabilities },
  distillation: { loss: losses.distillation({ temperature: 2.5 }) },
  'binaryCrossentropy of logits': { loss: losses.binaryCrossentropy({ labelSmoothing: 0.1 }), target: bits },
  'binaryCrossentropy, weighted': {
    loss: losses.binaryCrossentropy({ posWeight: [1, 2, 0.5, 3, 1] }),
    target: bits,
  },
  'binaryCrossentropy of probabilities': {
    loss: losses.binaryCrossentropy({ fromLogits: false }),
    x: probabilities,
    target: bits,
  },
  'binaryFocalCrossentropy of logits': {
    loss: losses.binaryFocalCrossentropy({ gamma: 1.5, applyClassBalancing: true, fromLogits: true }),
    target: bits,
  },
  'binaryFocalCrossentropy of probabilities': {
    loss: losses.binaryFocalCrossentropy({ fromLogits: false }),
    x: probabilities,
    target: bits,
  },
  'categoricalCrossentropy of logits': { loss: losses.categoricalCrossentropy(), target: oneHot },
  'categoricalCrossentropy of probabilities': {
    loss: losses.categoricalCrossentropy({ fromLogits: false, labelSmoothing: 0.1 }),
    x: probabilities,
    target: oneHot,
  },
  'categoricalFocalCrossentropy of logits': {
    loss: losses.categoricalFocalCrossentropy({ alpha: [0.2, 1, 0.5, 2, 0.1] }),
    target: oneHot,
  },
  'categoricalFocalCrossentropy of probabilities': {
    loss: losses.categoricalFocalCrossentropy({ fromLogits: false, labelSmoothing: 0.2 }),
    x: probabilities,
    target: oneHot,
  },
  'sparseCategoricalCrossentropy of logits': {
    loss: losses.sparseCategoricalCrossentropy({ ignoreClass: 2, labelSmoothing: 0.1 }),
  },
  'sparseCategoricalCrossentropy of probabilities': {
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: false, ignoreClass: 2 }),
    x: probabilities,
  },
  categoricalGeneralizedCrossEntropy: {
    loss: losses.categoricalGeneralizedCrossEntropy({ q: 0.6 }),
    x: probabilities,
  },
  negativeLogLikelihood: {
    loss: losses.negativeLogLikelihood({
      classWeight: [1, 2, 0.5, 3, 1],
      reduction: 'meanWithSampleWeight',
    }),
  },
};

const targetOf = ({ loss, target = Float64Array.from(numbers, (x) => Math.cos(3 * x)) }: Kind) =>
  loss.targets === 'labels' ? labels : target;

function declareTarget(b: Builder, { loss }: Kind): Tensor {
  return loss.targets === 'labels'
    ? b.input('target', [T, N], { dtype: 'u32' })
    : b.input('target', [T, N, C]);
}

describe('gradients by differences', () => {
  for (const [name, it] of Object.entries(kinds)) {
    const inputs = { x: it.x ?? numbers, target: targetOf(it) };
    test(`${name}, of an input`, () =>
      checkGradients({
        inputs,
        build(b) {
          const x = b.input('x', [T, N, C], { differentiable: true });
          return { loss: it.loss(b, x, declareTarget(b, it)), inputs: [x] };
        },
      }));

    test(`${name}, masked and weighted, of a view of something that others use`, () =>
      checkGradients({
        inputs: { ...inputs, mask, weights },
        build(b) {
          const x = b.input('x', [M, C], { differentiable: true });
          const copy = applyActivation(b, applyActivation(b, x, 'affine', { alpha: 2 }), 'affine', {
            alpha: 0.5,
          });
          const prediction = b.view(copy, 0, [T, N, C]);
          b.setMask(prediction, b.input('mask', [T, N], { dtype: 'u32' }));
          const sampleWeight = b.input('weights', [N]);
          const other = applyActivation(b, copy, 'softsign');
          const options = { sampleWeight, weight: 0.3, keepPrediction: true };
          const { loss } = it.loss.emit(b, prediction, declareTarget(b, it), options);
          return { loss, outputs: [other], inputs: [x] };
        },
      }));
  }

  for (const [activation, loss] of [
    ['softmax', losses.sparseCategoricalCrossentropy()],
    ['softmax', losses.categoricalCrossentropy()],
    ['softmax', losses.categoricalFocalCrossentropy()],
    ['sigmoid', losses.binaryCrossentropy()],
    ['sigmoid', losses.binaryFocalCrossentropy()],
    ['softmax', losses.klDivergence()],
    ['sigmoid', losses.meanSquaredError()],
  ] as const) {
    test(`${loss.lossName} behind a ${activation}`, () =>
      checkGradients({
        inputs: { target: loss.targets === 'labels' ? labels : activation === 'sigmoid' ? bits : oneHot },
        build(b) {
          const x = b.input('x', [T, N, C], { differentiable: true });
          const y = applyActivation(b, applyActivation(b, x, 'softsign'), activation);
          return { loss: loss(b, y, declareTarget(b, { loss })), inputs: [x] };
        },
      }));
  }
});

interface Ran {
  loss: number;
  rows: number[];
  sums: number[];
  total: number;
}

/** Runs a loss over inputs in f64, as often as asked. */
async function run(
  loss: losses.LossFunction,
  how: {
    masked?: boolean;
    weight?: number;
    weights?: readonly number[];
    activation?: 'softmax' | 'sigmoid';
    times?: number;
    x?: ArrayLike<number>;
    target?: ArrayLike<number>;
  } = {},
): Promise<Ran> {
  const backend = cpu({ precision: 'f64' });
  const inputs: [Tensor, ArrayLike<number>][] = [];
  const plan = buildPlan({ name: 'loss', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const x = b.input('x', [T, N, C]);
    const target = declareTarget(b, { loss });
    inputs.push([x, how.x ?? numbers], [target, how.target ?? (loss.targets === 'labels' ? labels : oneHot)]);
    const prediction = how.activation ? applyActivation(b, x, how.activation) : x;
    if (how.masked) {
      const t = b.input('mask', [T, N], { dtype: 'u32' });
      inputs.push([t, mask]);
      b.setMask(prediction, t);
    }
    const sampleWeight = how.weights && b.input('weights', how.weights.length === N ? [N] : [T, N]);
    if (sampleWeight && how.weights) inputs.push([sampleWeight, how.weights]);
    const sums = b.state('sums', [2]);
    const made = loss.emit(b, prediction, target, { sums, sampleWeight, weight: how.weight });
    return { loss: made.loss, rows: made.rows, total: made.total, sums };
  });
  const executable = await backend.load(plan);
  for (const [t, values] of inputs) backend.write(t, values);
  for (let i = 0; i < (how.times ?? 1); i++) executable.run();
  const read = async (name: string) => Array.from(await backend.read(plan.outputs[name]));
  return {
    loss: (await read('loss'))[0],
    rows: await read('rows'),
    sums: await read('sums'),
    total: (await read('total'))[0],
  };
}

const sum = (list: readonly number[]) => list.reduce((a, c) => a + c, 0);

describe("Keras' divisors", () => {
  for (const factory of [
    losses.meanSquaredError,
    losses.sparseCategoricalCrossentropy,
    losses.categoricalCrossentropy,
  ]) {
    const name = factory().lossName;
    const make = (reduction: losses.Reduction) => factory({ reduction });
    test(`${name}: of rows, weights and nothing`, async () => {
      const { rows, loss } = await run(make('sumOverBatchSize'));
      expect(loss).toBeCloseTo(sum(rows) / M, 12);
      expect((await run(make('mean'))).loss).toBeCloseTo(loss, 12);
      expect((await run(make('sum'))).loss).toBeCloseTo(sum(rows), 12);
      expect((await run(make('none'))).rows).toEqual(rows);
      const weighted = rows.map((row, m) => row * weights[m % N]);
      expect((await run(make('sumOverBatchSize'), { weights })).loss).toBeCloseTo(sum(weighted) / M, 12);
      expect((await run(make('meanWithSampleWeight'), { weights })).loss).toBeCloseTo(
        sum(weighted) / (T * sum(weights)),
        12,
      );
    });

    test(`${name}: a mask leaves its rows out of both`, async () => {
      const { rows } = await run(make('sum'));
      const kept = rows.filter((_, m) => mask[m] === 1);
      const masked = await run(make('sumOverBatchSize'), { masked: true });
      expect(masked.loss).toBeCloseTo(sum(kept) / sum(mask), 12);
      expect(masked.rows.filter((row) => row !== 0).length).toBeLessThanOrEqual(sum(mask));
      const steps = rows.map((_, m) => 0.5 + (m % 3));
      const weighted = rows.map((row, m) => row * mask[m] * steps[m]);
      expect((await run(make('sumOverBatchSize'), { masked: true, weights: steps })).loss).toBeCloseTo(
        sum(weighted) / sum(mask),
        12,
      );
    });
  }

  test('a class that is ignored is left out of both', async () => {
    const { rows } = await run(losses.sparseCategoricalCrossentropy({ reduction: 'sum' }));
    const kept = rows.filter((_, m) => labels[m] !== 3);
    const ignoring = await run(losses.sparseCategoricalCrossentropy({ ignoreClass: 3 }));
    expect(ignoring.loss).toBeCloseTo(sum(kept) / kept.length, 12);
  });

  test('the weight of an output multiplies its loss, and 0 makes it vanish', async () => {
    const { loss } = await run(losses.meanSquaredError());
    expect((await run(losses.meanSquaredError(), { weight: 2.5 })).loss).toBeCloseTo(2.5 * loss, 12);
    expect((await run(losses.meanSquaredError(), { weight: 0 })).loss).toBeCloseTo(0, 12);
  });

  test('sums over runs weight each batch by its samples', async () => {
    for (const loss of [losses.meanSquaredError(), losses.sparseCategoricalCrossentropy()]) {
      const { loss: one, sums } = await run(loss, { times: 3, masked: true });
      expect(sums[1]).toBe(3 * N);
      expect(sums[0] / sums[1]).toBeCloseTo(one, 12);
    }
  });
});

describe('logits and probabilities', () => {
  test('what comes out of a softmax or sigmoid gives the loss of its logits', async () => {
    for (const [activation, make] of [
      ['softmax', losses.sparseCategoricalCrossentropy],
      ['softmax', losses.categoricalCrossentropy],
      ['softmax', losses.categoricalFocalCrossentropy],
      ['sigmoid', losses.binaryCrossentropy],
      ['sigmoid', losses.binaryFocalCrossentropy],
    ] as const) {
      const logits = await run(make());
      expect((await run(make(), { activation })).loss).toBeCloseTo(logits.loss, 12);
      expect((await run(make({ fromLogits: false }), { activation })).loss).toBeCloseTo(logits.loss, 12);
      const literally = await run(make({ fromLogits: true }), { activation });
      expect(Math.abs(literally.loss - logits.loss)).toBeGreaterThan(1e-3);
    }
  });

  test('extreme logits behind a softmax lose nothing', async () => {
    const x = numbers.map((value) => 500 * value);
    const { loss } = await run(losses.sparseCategoricalCrossentropy(), { x, activation: 'softmax' });
    const { rows } = await run(losses.sparseCategoricalCrossentropy({ fromLogits: true }), { x });
    expect(loss).toBeCloseTo(sum(rows) / M, 10);
    expect(loss).toBeGreaterThan(100);
  });

  test('other probabilities are divided by their sum', async () => {
    const x = numbers.map((value) => 3 * Math.exp(value));
    const given = await run(losses.sparseCategoricalCrossentropy({ fromLogits: false }), { x });
    const { loss } = await run(losses.sparseCategoricalCrossentropy());
    expect(given.loss).toBeCloseTo(loss, 10);
  });

  test('a softmax below a loss has no backward step, and its logits are overwritten without a copy', () => {
    const plan = buildPlan(
      { name: 'fused', limits: cpu().limits, parameters: new Parameters(), training: true },
      (b) => {
        const x = b.input('x', [T, N, C], { differentiable: true });
        const y = applyActivation(b, applyActivation(b, x, 'softsign'), 'softmax');
        losses.sparseCategoricalCrossentropy()(b, y, b.input('target', [T, N], { dtype: 'u32' }));
        b.backward();
      },
    );
    const names = plan.steps.map((step) => (step.kind === 'dispatch' ? step.kernel.name : step.kind));
    expect(names).not.toContain('softmax_backward');
    expect(names).not.toContain('copy');
    expect(names).toContain('softmax_cross_entropy');
  });
});

describe('names and configs', () => {
  test('all spellings of Keras', () => {
    for (const [name, className] of [
      ['meanSquaredError', 'MeanSquaredError'],
      ['mean_squared_error', 'MeanSquaredError'],
      ['MSE', 'MeanSquaredError'],
      ['mae', 'MeanAbsoluteError'],
      ['mape', 'MeanAbsolutePercentageError'],
      ['msle', 'MeanSquaredLogarithmicError'],
      ['huber', 'Huber'],
      ['log_cosh', 'LogCosh'],
      ['kl_divergence', 'KLDivergence'],
      ['binaryCrossentropy', 'BinaryCrossentropy'],
      ['sparse_categorical_crossentropy', 'SparseCategoricalCrossentropy'],
      ['ctc', 'CTC'],
      ['crf', 'CRF'],
    ]) {
      expect(losses.lossFunction(name).className).toBe(className);
    }
  });

  for (const [name, { loss }] of Object.entries(kinds)) {
    test(`the config of ${name} makes it again`, () => {
      const again = losses.lossFunction(JSON.parse(JSON.stringify(losses.lossConfig(loss))));
      expect(again.getConfig()).toEqual(loss.getConfig());
      expect(again.className).toBe(loss.className);
    });
  }

  test('a function of the user is a loss that no file can hold', () => {
    const own: losses.Loss = (_b, prediction) => prediction;
    expect(losses.lossFunction(own)).toBe(own);
    expect(() => losses.lossConfig(own)).toThrow(/of your own has no config/);
  });
});

describe('what is refused', () => {
  const build = (body: (b: Builder) => void) => () =>
    buildPlan({ name: 'refused', limits: cpu().limits, parameters: new Parameters(), training: true }, body);
  const prediction = (b: Builder) => b.input('x', [T, N, C], { differentiable: true });

  test('names and options', () => {
    expect(() => losses.lossFunction('meanSquaredEror')).toThrow(
      /there is no loss "meanSquaredEror"; there are mean/,
    );
    expect(() => losses.lossFunction(3 as never)).toThrow(OptionError);
    expect(() => losses.meanSquaredError({ delta: 1 } as never)).toThrow(
      /has no option delta; it has reduction, name/,
    );
    expect(() => losses.huber({ delta: -1 })).toThrow(/from 0 on, got -1/);
    expect(() => losses.meanSquaredError({ reduction: 'average' as never })).toThrow(
      /one of sumOverBatchSize, mean/,
    );
    expect(() => losses.sparseCategoricalCrossentropy({ labelSmoothing: 2 })).toThrow(/from 0 to 1, got 2/);
    expect(() => losses.sparseCategoricalCrossentropy({ ignoreClass: 0.5 })).toThrow(/32-bit integer/);
    expect(() => losses.binaryCrossentropy({ posWeight: [1], fromLogits: false })).toThrow(
      /posWeight is for logits/,
    );
    expect(() => losses.distillation({ temperature: 0 })).toThrow(OptionError);
  });

  test('tensors that do not fit', () => {
    const mse = losses.meanSquaredError();
    expect(build((b) => void mse(b, prediction(b), b.input('y', [T, N])))).toThrow(ShapeError);
    expect(build((b) => void mse(b, prediction(b), b.input('y', [T, N, C], { dtype: 'u32' })))).toThrow(
      /takes targets as f32, got u32/,
    );
    expect(
      build((b) => {
        const sampleWeight = b.input('weights', [N + 1]);
        mse.emit(b, prediction(b), b.input('y', [T, N, C]), { sampleWeight });
      }),
    ).toThrow(/sampleWeight\] expected \[3, 4\] or \[4\], got \[5\]/);
    expect(
      build((b) => {
        const x = prediction(b);
        b.setMask(x, b.input('mask', [N, T], { dtype: 'u32' }));
        mse(b, x, b.input('y', [T, N, C]));
      }),
    ).toThrow(/mask\] expected \[3, 4\], got \[4, 3\]/);
    expect(
      build((b) => {
        const loss = losses.categoricalFocalCrossentropy({ alpha: [1, 2] });
        loss(b, prediction(b), b.input('y', [T, N, C]));
      }),
    ).toThrow(/expected 5 weights, one a class, got 2/);
  });
});
