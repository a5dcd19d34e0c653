// The conditional random field: loss and tags against all sequences of tags, gradients by differences, masks, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import { crf } from '../../src/layers/crf.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { modelFromJSON } from '../../src/models/from_config.ts';
import { sequential } from '../../src/models/sequential.ts';
import { crfLoss, lossFunction } from '../../src/training/losses.ts';
import { metric } from '../../src/training/metrics.ts';
import { adam } from '../../src/training/optimizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const T = 4;
const N = 5;
const K = 3;

const scores = Float64Array.from({ length: T * N * K }, (_, i) => Math.sin(2.3 * i) * 2);
const chain = Float64Array.from({ length: (K + 2) * K }, (_, i) => Math.cos(1.7 * i));
const tags = Array.from({ length: T * N }, (_, i) => (i * 7 + 1) % K);
/** Padded at the end, at the start, in the middle, whole, and nothing at all. */
const mask = [1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0];
const weights = [1, 0.5, 2, 0, 3];

/** The score of a way through the steps that count of sequence n. */
function scoreOf(n: number, steps: readonly number[], way: readonly number[]): number {
  if (steps.length === 0) return 0;
  let score = chain[K * K + way[0]] + chain[(K + 1) * K + way[way.length - 1]];
  steps.forEach((t, i) => {
    score += scores[(t * N + n) * K + way[i]];
    if (i > 0) score += chain[way[i - 1] * K + way[i]];
  });
  return score;
}

/** All ways through that many steps. */
function waysThrough(steps: number): number[][] {
  if (steps === 0) return [[]];
  return waysThrough(steps - 1).flatMap((way) => Array.from({ length: K }, (_, tag) => [...way, tag]));
}

const stepsOf = (n: number, masked: boolean) =>
  Array.from({ length: T }, (_, t) => t).filter((t) => !masked || mask[t * N + n] === 1);

function expectedLoss(n: number, masked: boolean): number {
  const steps = stepsOf(n, masked);
  const whole = waysThrough(steps.length).reduce((sum, way) => sum + Math.exp(scoreOf(n, steps, way)), 0);
  return (
    Math.log(whole) -
    scoreOf(
      n,
      steps,
      steps.map((t) => tags[t * N + n]),
    )
  );
}

function expectedTags(n: number, masked: boolean): number[] {
  const steps = stepsOf(n, masked);
  const best = waysThrough(steps.length).reduce((a, way) =>
    scoreOf(n, steps, way) > scoreOf(n, steps, a) ? way : a,
  );
  return Array.from({ length: T }, (_, t) => (steps.includes(t) ? best[steps.indexOf(t)] : 0));
}

interface Ran {
  loss: number;
  rows: number[];
  decoded: number[];
  accuracy: number;
}

async function run(
  options: { masked?: boolean; weighted?: boolean; precision?: 'f32' | 'f64' } = {},
): Promise<Ran> {
  const { masked = false, weighted = false, precision = 'f64' } = options;
  const backend = cpu({ precision });
  const parameters = new Parameters();
  const inputs: [Tensor, ArrayLike<number>][] = [];
  let result!: (values: ArrayLike<number>) => number;
  const plan = buildPlan({ name: 'crf', limits: backend.limits, parameters }, (b) => {
    const x = b.input('x', [T, N, K]);
    const target = b.input('tags', [T, N], { dtype: 'u32' });
    inputs.push([x, scores], [target, tags]);
    if (masked) {
      const t = b.input('mask', [T, N], { dtype: 'u32' });
      inputs.push([t, mask]);
      b.setMask(x, t);
    }
    const decoded = b.scope('crf', () => crf().build(b, x));
    const sampleWeight = weighted ? b.input('weights', [N]) : undefined;
    if (sampleWeight) inputs.push([sampleWeight, weights]);
    const measured = metric('accuracy').build(b, decoded, target);
    result = measured.result;
    const { loss, rows } = crfLoss().emit(b, decoded, target, { sampleWeight });
    return { loss, rows, decoded, state: measured.state };
  });
  const executable = await backend.load(plan);
  for (const [t, values] of inputs) backend.write(t, values);
  backend.write(parameters.all[0], chain);
  executable.run();
  const read = async (t: Tensor) => Array.from(await backend.read(t));
  return {
    loss: (await read(plan.outputs.loss))[0],
    rows: await read(plan.outputs.rows),
    decoded: await read(plan.outputs.decoded),
    accuracy: result(await backend.read(plan.outputs.state)),
  };
}

describe('against all sequences of tags', () => {
  for (const masked of [false, true]) {
    test(`losses and tags, ${masked ? 'masked' : 'whole'}`, async () => {
      const { rows, loss, decoded, accuracy } = await run({ masked });
      const expected = Array.from({ length: N }, (_, n) => expectedLoss(n, masked));
      let hits = 0;
      let count = 0;
      for (let n = 0; n < N; n++) {
        expect(rows[n]).toBeCloseTo(expected[n], 10);
        const best = expectedTags(n, masked);
        expect(Array.from({ length: T }, (_, t) => decoded[t * N + n])).toEqual(best);
        for (const t of stepsOf(n, masked)) {
          if (best[t] === tags[t * N + n]) hits++;
          count++;
        }
      }
      expect(loss).toBeCloseTo(expected.reduce((a, c) => a + c, 0) / N, 10);
      expect(accuracy).toBeCloseTo(hits / count, 10);
    });
  }

  test('weights of sequences do not enter the divisor', async () => {
    const { loss } = await run({ weighted: true });
    const sum = weights.reduce((a, w, n) => a + w * expectedLoss(n, false), 0);
    expect(loss).toBeCloseTo(sum / N, 10);
  });

  test('in f32', async () => {
    const { rows } = await run({ precision: 'f32' });
    rows.forEach((loss, n) => {
      expect(loss).toBeCloseTo(expectedLoss(n, false), 5);
    });
  });
});

describe('gradients by differences', () => {
  const build = (b: Builder, masked: boolean, under: (b: Builder, x: Tensor) => Tensor) => {
    const x = b.input('x', [T, N, K], { differentiable: true });
    if (masked) b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
    const y = under(b, x);
    const layer = crf({ transitionsInitializer: 'glorotUniform' });
    const decoded = b.scope('crf', () => layer.build(b, y));
    const target = b.input('tags', [T, N], { dtype: 'u32' });
    const sampleWeight = b.input('weights', [N]);
    return { loss: crfLoss().emit(b, decoded, target, { sampleWeight, weight: 0.7 }).loss, inputs: [x] };
  };
  for (const masked of [false, true]) {
    test(`scores and transitions, ${masked ? 'masked' : 'whole'}`, () =>
      checkGradients({
        inputs: { tags, weights, ...(masked && { mask }) },
        build: (b) => build(b, masked, (_b, x) => x),
      }));
    test(`a dense layer below, ${masked ? 'masked' : 'whole'}`, () =>
      checkGradients({
        inputs: { tags, weights, ...(masked && { mask }) },
        build: (b) =>
          build(b, masked, (inner, x) => inner.scope('dense', () => dense({ units: K }).build(inner, x))),
      }));
  }
  test('a tag that is none is no part of its sequence', () =>
    checkGradients({
      inputs: { tags: tags.map((tag, i) => (i % 6 === 0 ? 99 : tag)), weights },
      build: (b) => build(b, false, (_b, x) => x),
    }));
});

describe('as a layer', () => {
  test('its config makes it again', () => {
    const layer = crf({ name: 'tagger', transitionsInitializer: 'randomNormal' });
    expect(crf(layer.getConfig?.() as object).getConfig?.()).toEqual(layer.getConfig?.());
  });

  test('its loss is found by name and is told that targets are tags', () => {
    const loss = lossFunction('crf');
    expect(loss.targets).toBe('sequence');
    expect(loss.getConfig()).toEqual({ name: 'crf', reduction: 'sumOverBatchSize' });
  });

  test('what does not fit is refused', () => {
    const refused = (body: (b: Builder) => void) => () =>
      buildPlan({ name: 'refused', limits: cpu().limits, parameters: new Parameters() }, body);
    expect(refused((b) => void crf().build(b, b.input('x', [N, K])))).toThrow(ShapeError);
    expect(() => crf({ units: 3 } as never)).toThrow(OptionError);
    const target = (b: Builder, shape: number[] = [T, N]) => b.input('tags', shape, { dtype: 'u32' });
    expect(refused((b) => void crfLoss()(b, b.input('x', [T, N], { dtype: 'u32' }), target(b)))).toThrow(
      /is the loss of a crf layer, which has to come last/,
    );
    expect(
      refused((b) => void crfLoss()(b, crf().build(b, b.input('x', [T, N, K])), target(b, [N, T]))),
    ).toThrow(/expected tags \[5, 4\] of u32, got u32 \[4, 5\]/);
  });
});

test('a tagger learns tags that depend on the token before, from padded sequences', async () => {
  const model = sequential([
    embedding({ inputDim: 6, outputDim: 8, maskZero: true }),
    bidirectional({ layer: lstm({ units: 6, returnSequences: true }) }),
    dense({ units: K }),
    crf(),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.05 }),
    loss: 'crf',
    metrics: ['accuracy'],
    backend: cpu(),
    seed: 1,
  });
  const length = (n: number) => 3 + (n % 3);
  const x = Array.from({ length: 16 }, (_, n) =>
    Array.from({ length: 5 }, (_, t) => (t < length(n) ? 1 + ((n * 7 + t * 3) % 5) : 0)),
  );
  const y = x.map((row) => row.map((token, t) => (token + (row[t - 1] ?? 0)) % K));
  const { history } = await model.fit(x, y, { epochs: 30, batchSize: 5, verbose: 0 });
  expect(history.loss.at(-1)).toBeLessThan(0.1 * history.loss[0]);
  expect((await model.evaluate(x, y, { verbose: 0 })).accuracy).toBe(1);
  const tagged = await model.predict(x);
  if (Array.isArray(tagged)) throw new Error('one output was expected');
  expect(tagged.shape).toEqual([16, 5]);
  x.forEach((row, n) => {
    const tagsOf = Array.from({ length: 5 }, (_, t) => tagged.data[n * 5 + t]);
    expect(tagsOf).toEqual(y[n].map((tag, t) => (row[t] === 0 ? 0 : tag)));
  });
  const again = modelFromJSON(model.toJSON());
  again.compile({ loss: 'crf', backend: cpu() });
  await again.predict(x);
  await again.setWeights(await model.getWeights());
  expect(await again.predict(x)).toEqual(tagged);
});
