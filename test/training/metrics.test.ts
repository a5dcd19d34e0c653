// Metrics through plans: each against plain counting, with weights and masks, and without keeping a loss from overwriting.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import { binaryCrossentropy, sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import * as metrics from '../../src/training/metrics.ts';

const T = 3;
const N = 4;
const V = 5;
const M = T * N;

const scores = Array.from({ length: M * V }, (_, i) => Math.sin(3.7 * i) * 2);
const labels = [0, 4, 1, 3, 3, 2, 0, 1, 1, 2, 4, 0];
const mask = [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1];
const weights = [1, 0.5, 2, 3];
const oneHot = labels.flatMap((label) => Array.from({ length: V }, (_, i) => (i === label ? 1 : 0)));
const probable = Array.from({ length: M }, (_, i) => (Math.sin(5.3 * i) + 1) / 2);
const binary = labels.map((label) => label % 2);

interface Case {
  prediction: ArrayLike<number>;
  shape: readonly number[];
  dtype?: 'f32' | 'u32';
  target: ArrayLike<number>;
  targetShape: readonly number[];
  targetType?: 'f32' | 'u32';
  masked?: boolean;
  weighted?: boolean;
  activation?: 'sigmoid' | 'softmax';
}

/** Runs the metric twice over the same batch, as over an epoch of two, and gives its number. */
async function measured(metric: metrics.Metric, it: Case): Promise<number> {
  const backend = cpu({ precision: 'f64' });
  const inputs: [Tensor, ArrayLike<number>][] = [];
  let built!: metrics.MetricState;
  const plan = buildPlan({ name: 'metric', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const given = b.input('prediction', it.shape, { dtype: it.dtype ?? 'f32' });
    const target = b.input('target', it.targetShape, { dtype: it.targetType ?? 'f32' });
    inputs.push([given, it.prediction], [target, it.target]);
    const prediction = it.activation ? applyActivation(b, given, it.activation) : given;
    if (it.masked) {
      const t = b.input('mask', [T, N], { dtype: 'u32' });
      inputs.push([t, mask]);
      b.setMask(prediction, t);
    }
    if (it.weighted) {
      const sampleWeight = b.input('weights', [N]);
      inputs.push([sampleWeight, weights]);
      built = metric.build(b, prediction, target, { sampleWeight });
    } else built = metric.build(b, prediction, target);
    return { state: built.state };
  });
  const executable = await backend.load(plan);
  for (const [t, values] of inputs) backend.write(t, values);
  executable.run();
  executable.run();
  return built.result(await backend.read(built.state));
}

const classes: Case = {
  prediction: scores,
  shape: [T, N, V],
  target: labels,
  targetShape: [T, N],
  targetType: 'u32',
};
const hot: Case = { prediction: scores, shape: [T, N, V], target: oneHot, targetShape: [T, N, V] };
const yesNo: Case = { prediction: probable, shape: [T, N, 1], target: binary, targetShape: [T, N, 1] };

const row = (m: number) => scores.slice(m * V, (m + 1) * V);
const best = (m: number) => row(m).indexOf(Math.max(...row(m)));
const rank = (m: number) => row(m).filter((x) => x > row(m)[labels[m]]).length;

/** Σ w·score / Σ w over the rows that count. */
function meanOf(
  score: (m: number) => number,
  { masked = false, weighted = false }: Partial<Case> = {},
): number {
  let sum = 0;
  let total = 0;
  for (let m = 0; m < M; m++) {
    if (masked && mask[m] === 0) continue;
    const weight = weighted ? weights[m % N] : 1;
    sum += weight * score(m);
    total += weight;
  }
  return sum / total;
}

const circumstances: [string, Partial<Case>][] = [
  ['plain', {}],
  ['masked', { masked: true }],
  ['weighted', { weighted: true }],
  ['masked and weighted', { masked: true, weighted: true }],
];

describe('means of rows', () => {
  for (const [name, how] of circumstances) {
    test(`accuracies, ${name}`, async () => {
      const hits = meanOf((m) => (best(m) === labels[m] ? 1 : 0), how);
      expect(await measured(metrics.sparseCategoricalAccuracy(), { ...classes, ...how })).toBeCloseTo(
        hits,
        12,
      );
      expect(await measured(metrics.categoricalAccuracy(), { ...hot, ...how })).toBeCloseTo(hits, 12);
      for (const it of [classes, hot]) {
        expect(await measured(metrics.accuracy(), { ...it, ...how })).toBeCloseTo(hits, 12);
      }
      const three = meanOf((m) => (rank(m) < 3 ? 1 : 0), how);
      expect(
        await measured(metrics.sparseTopKCategoricalAccuracy({ k: 3 }), { ...classes, ...how }),
      ).toBeCloseTo(three, 12);
      expect(await measured(metrics.topKCategoricalAccuracy({ k: 3 }), { ...hot, ...how })).toBeCloseTo(
        three,
        12,
      );
    });

    test(`binary accuracy, ${name}`, async () => {
      const at = (threshold: number) =>
        meanOf((m) => (probable[m] > threshold === (binary[m] === 1) ? 1 : 0), how);
      expect(await measured(metrics.binaryAccuracy(), { ...yesNo, ...how })).toBeCloseTo(at(0.5), 12);
      expect(await measured(metrics.accuracy(), { ...yesNo, ...how })).toBeCloseTo(at(0.5), 12);
      expect(await measured(metrics.binaryAccuracy({ threshold: 0.2 }), { ...yesNo, ...how })).toBeCloseTo(
        at(0.2),
        12,
      );
    });

    test(`accuracy of tags, ${name}`, async () => {
      const tags = Array.from({ length: M }, (_, m) => best(m));
      const it: Case = { ...classes, prediction: tags, shape: [T, N], dtype: 'u32', ...how };
      const hits = meanOf((m) => (best(m) === labels[m] ? 1 : 0), how);
      expect(await measured(metrics.accuracy(), it)).toBeCloseTo(hits, 12);
      expect(await measured(metrics.tagAccuracy(), it)).toBeCloseTo(hits, 12);
    });

    test(`errors and perplexity, ${name}`, async () => {
      const errors = (m: number) => row(m).map((x, i) => x - oneHot[m * V + i]);
      const mean = (list: number[]) => list.reduce((a, c) => a + c, 0) / list.length;
      const squared = meanOf((m) => mean(errors(m).map((e) => e * e)), how);
      const absolute = meanOf((m) => mean(errors(m).map(Math.abs)), how);
      expect(await measured(metrics.metric('mse'), { ...hot, ...how })).toBeCloseTo(squared, 12);
      expect(await measured(metrics.meanSquaredError(), { ...hot, ...how })).toBeCloseTo(squared, 12);
      expect(await measured(metrics.rootMeanSquaredError(), { ...hot, ...how })).toBeCloseTo(
        Math.sqrt(squared),
        12,
      );
      expect(await measured(metrics.meanAbsoluteError(), { ...hot, ...how })).toBeCloseTo(absolute, 12);
      const surprise = (m: number) =>
        Math.log(row(m).reduce((a, x) => a + Math.exp(x), 0)) - row(m)[labels[m]];
      const expected = Math.exp(meanOf(surprise, how));
      expect(await measured(metrics.perplexity(), { ...classes, ...how })).toBeCloseTo(expected, 10);
      expect(await measured(metrics.perplexity(), { ...hot, ...how })).toBeCloseTo(expected, 10);
      expect(await measured(metrics.perplexity(), { ...classes, activation: 'softmax', ...how })).toBeCloseTo(
        expected,
        10,
      );
    });
  }

  test('a class that is ignored does not count', async () => {
    const kept = labels.map((_, m) => m).filter((m) => labels[m] !== 3);
    const hits = kept.filter((m) => best(m) === labels[m]).length / kept.length;
    expect(await measured(metrics.accuracy({ ignoreClass: 3 }), classes)).toBeCloseTo(hits, 12);
    const loss = sparseCategoricalCrossentropy({ ignoreClass: 3 });
    expect(await measured(metrics.metric('accuracy', { loss }), classes)).toBeCloseTo(hits, 12);
  });
});

describe('precision, recall and F1', () => {
  /** Hits, predictions and occurrences of a class among rows with a predicted and a true class. */
  const countsOf = (
    c: number,
    predicted: readonly number[],
    actual: readonly number[],
    w: (m: number) => number,
  ) => {
    const sum = (is: (m: number) => boolean) => actual.reduce((a, _, m) => a + (is(m) ? w(m) : 0), 0);
    return {
      hits: sum((m) => predicted[m] === c && actual[m] === c),
      predicted: sum((m) => predicted[m] === c),
      actual: sum((m) => actual[m] === c),
    };
  };
  const f1 = (c: { hits: number; predicted: number; actual: number }) =>
    c.predicted + c.actual === 0 ? 0 : (2 * c.hits) / (c.predicted + c.actual);
  const predicted = labels.map((_, m) => best(m));

  for (const [name, how] of circumstances) {
    const weight = (m: number) => (how.masked && mask[m] === 0 ? 0 : how.weighted ? weights[m % N] : 1);
    test(`of labels, ${name}`, async () => {
      const each = [0, 1, 2, 3, 4].map((c) => countsOf(c, predicted, labels, weight));
      const all = each.map(f1);
      const actual = each.reduce((a, c) => a + c.actual, 0);
      const get = (average: metrics.Average) =>
        measured(metrics.f1Score({ average }), { ...classes, ...how });
      expect(await get('macro')).toBeCloseTo(all.reduce((a, c) => a + c, 0) / V, 12);
      expect(await get('weighted')).toBeCloseTo(each.reduce((a, c) => a + c.actual * f1(c), 0) / actual, 12);
      expect(await get('micro')).toBeCloseTo(each.reduce((a, c) => a + c.hits, 0) / actual, 12);
      expect(await get(1)).toBeCloseTo(all[1], 12);
      expect(await measured(metrics.precision({ average: 4 }), { ...classes, ...how })).toBeCloseTo(
        each[4].hits / each[4].predicted,
        12,
      );
      const tags: Case = { ...classes, prediction: predicted, shape: [T, N], dtype: 'u32', ...how };
      expect(await measured(metrics.f1Score({ classes: V }), tags)).toBeCloseTo(await get('macro'), 12);
    });

    test(`at a threshold, ${name}`, async () => {
      const above = probable.map((p) => (p > 0.5 ? 1 : 0));
      const one = countsOf(1, above, binary, weight);
      const it = { ...yesNo, ...how };
      expect(await measured(metrics.precision(), it)).toBeCloseTo(one.hits / one.predicted, 12);
      expect(await measured(metrics.recall(), it)).toBeCloseTo(one.hits / one.actual, 12);
      expect(await measured(metrics.f1Score(), it)).toBeCloseTo(f1(one), 12);
    });
  }

  test('of logits beside a loss of logits', async () => {
    const logits = probable.map((p) => Math.log(p / (1 - p)));
    const one = countsOf(
      1,
      probable.map((p) => (p > 0.3 ? 1 : 0)),
      binary,
      () => 1,
    );
    const metric = metrics.precision({ threshold: 0.3, fromLogits: true });
    expect(await measured(metric, { ...yesNo, prediction: logits })).toBeCloseTo(
      one.hits / one.predicted,
      12,
    );
    const plain = await measured(metrics.accuracy(), yesNo);
    const loss = binaryCrossentropy();
    const beside = metrics.metric('accuracy', { loss });
    expect(await measured(beside, { ...yesNo, prediction: logits })).toBeCloseTo(plain, 12);
    const squashed: Case = { ...yesNo, prediction: logits, activation: 'sigmoid' };
    expect(await measured(beside, squashed)).toBeCloseTo(plain, 12);
  });
});

describe('the area under curves', () => {
  const points = 4000;
  const shape = [points, 1];
  const x = Array.from({ length: points }, (_, i) => (Math.sin(7.1 * i) + 1) / 2);
  const y = x.map((p, i) => (p + 0.4 * Math.cos(3.3 * i) > 0.5 ? 1 : 0));
  const it: Case = { prediction: x, shape, target: y, targetShape: shape };

  test('is the chance that a positive scores above a negative', async () => {
    let above = 0;
    let pairs = 0;
    const negatives = x.filter((_, i) => y[i] === 0);
    for (let i = 0; i < points; i++) {
      if (y[i] === 0) continue;
      for (const p of negatives) above += p < x[i] ? 1 : p === x[i] ? 0.5 : 0;
      pairs += negatives.length;
    }
    expect(Math.abs((await measured(metrics.auc(), it)) - above / pairs)).toBeLessThan(1e-3);
    const logits = x.map((p) => Math.log(p / (1 - p)));
    expect(await measured(metrics.auc({ fromLogits: true }), { ...it, prediction: logits })).toBeCloseTo(
      await measured(metrics.auc(), it),
      6,
    );
  });

  test("gives Keras' numbers for its example", async () => {
    // keras.metrics.AUC's own documentation: y_true [0, 0, 1, 1], y_pred [0, 0.5, 0.3, 0.9], three thresholds: 0.75.
    const small: Case = {
      prediction: [0, 0.5, 0.3, 0.9],
      shape: [4, 1],
      target: [0, 0, 1, 1],
      targetShape: [4, 1],
    };
    expect(await measured(metrics.auc({ numThresholds: 3 }), small)).toBeCloseTo(0.75, 6);
  });

  test('of precision and recall lies between the sums below and above', async () => {
    const value = (summationMethod: 'interpolation' | 'minoring' | 'majoring') =>
      measured(metrics.auc({ curve: 'PR', summationMethod }), it);
    const [low, middle, high] = [
      await value('minoring'),
      await value('interpolation'),
      await value('majoring'),
    ];
    expect(low).toBeLessThan(high);
    expect(middle).toBeGreaterThanOrEqual(low - 1e-6);
    expect(middle).toBeLessThanOrEqual(high + 1e-6);
  });
});

describe('beside a loss', () => {
  test('a metric that is emitted before the loss does not keep it from overwriting the logits', () => {
    const backend = cpu();
    const steps = (withMetric: boolean) => {
      const plan = buildPlan(
        { name: 'beside', limits: backend.limits, parameters: new Parameters(), training: true },
        (b: Builder) => {
          const x = b.input('x', [T, N, V], { differentiable: true });
          const target = b.input('target', [T, N], { dtype: 'u32' });
          const prediction = applyActivation(b, x, 'softsign');
          if (withMetric) {
            for (const name of ['accuracy', 'perplexity', 'f1Score'])
              metrics.metric(name).build(b, prediction, target);
          }
          sparseCategoricalCrossentropy()(b, prediction, target);
          b.backward();
        },
      );
      return plan.steps.filter((step) => step.kind === 'copy').length;
    };
    expect(steps(true)).toBe(steps(false));
  });
});

describe('what is refused', () => {
  test('names that no metric has, and options out of range', () => {
    expect(() => metrics.metric('acuracy')).toThrow(/there is no metric "acuracy"; there are accuracy, /);
    expect(() => metrics.metric(3 as never)).toThrow(OptionError);
    expect(() => metrics.binaryAccuracy({ threshold: 2 })).toThrow(/from 0 to 1, got 2/);
    expect(() => metrics.topKCategoricalAccuracy({ k: 0 })).toThrow(/positive integer/);
    expect(() => metrics.auc({ numThresholds: 2 })).toThrow(/from 3 on/);
    expect(() => metrics.f1Score({ average: 'mean' as never })).toThrow(
      /'micro', 'macro', 'weighted' or a class/,
    );
    expect(() => metrics.accuracy({ ignore: 1 } as never)).toThrow(/has no option ignore; it has name/);
  });

  test('tensors that do not fit', async () => {
    await expect(measured(metrics.sparseCategoricalAccuracy(), hot)).rejects.toThrow(
      /takes labels as u32, got f32/,
    );
    await expect(measured(metrics.categoricalAccuracy(), classes)).rejects.toThrow(
      /takes targets as f32, got u32/,
    );
    await expect(measured(metrics.accuracy(), { ...classes, targetShape: [N, T] })).rejects.toThrow(
      ShapeError,
    );
    const tags: Case = { ...classes, prediction: labels, shape: [T, N], dtype: 'u32' };
    await expect(measured(metrics.f1Score(), tags)).rejects.toThrow(/how many kinds of tags there are/);
  });
});

describe('configs', () => {
  const made = [
    metrics.accuracy(),
    metrics.sparseTopKCategoricalAccuracy({ k: 2 }),
    metrics.precision({ average: 'macro', threshold: null }),
    metrics.auc({ curve: 'PR' }),
    metrics.metric('meanAbsoluteError'),
    metrics.perplexity({ ignoreClass: 0 }),
    metrics.rootMeanSquaredError(),
    metrics.tagAccuracy(),
  ];
  for (const one of made) {
    test(`of ${one.name} make it again`, () => {
      const config = metrics.metricConfig(one);
      const again = metrics.metric(JSON.parse(JSON.stringify(config)));
      expect(again.getConfig?.()).toEqual(one.getConfig?.());
      expect(again.name).toBe(one.name);
    });
  }
  test('names stay names', () => expect(metrics.metricConfig('accuracy')).toBe('accuracy'));
});
