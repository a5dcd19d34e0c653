// A layer for each step: the same as the layer on every step by itself, for rows, sequences within steps and ids.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { type AnyLayer, defineLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { concatenate } from '../../src/layers/merge.ts';
import { timeDistributed } from '../../src/layers/time_distributed.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type Numbers, runLayer } from '../harness/layer_run.ts';

const values = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i * 1.7) * 2);
const size = (shape: readonly number[]) => shape.reduce((a, c) => a * c, 1);

/** Runs `layer` on x [N,T,...] by timeDistributed, and on each step of it by itself. */
async function both(layer: AnyLayer, x: Numbers) {
  const backend = cpu({ precision: 'f64' });
  const [N, T, ...rest] = x.shape;
  const inner = size(rest);
  const whole = (await runLayer(timeDistributed(layer as never), [x], backend)).outputs[0];
  const width = size(whole.shape.slice(2));
  for (let t = 0; t < T; t++) {
    const data = Array.from({ length: N * inner }, (_, i) => {
      const n = Math.floor(i / inner);
      return x.data[(n * T + t) * inner + (i % inner)];
    });
    // A layer in a scope of its own has the first weights of its name, so that both have the same.
    const scoped = defineLayer({
      name: 'same',
      build: (b: Builder, y) => b.scope(layer.name, () => layer.build(b, y)),
    });
    const step = { ...x, shape: [N, ...rest], data };
    const { outputs } = await runLayer(scoped, [step], backend);
    expect(outputs[0].shape).toEqual([N, ...whole.shape.slice(2)]);
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < width; k++) {
        expect(whole.data[(n * T + t) * width + k]).toBeCloseTo(outputs[0].data[n * width + k], 12);
      }
    }
  }
  return whole;
}

describe('each step by itself', () => {
  test('rows', async () => {
    const whole = await both(dense({ units: 3, activation: 'tanh' }), { shape: [2, 4, 5], data: values(40) });
    expect(whole.shape).toEqual([2, 4, 3]);
  });
  test('sequences within steps, to their last state', async () => {
    const whole = await both(lstm({ units: 3 }), { shape: [2, 3, 4, 2], data: values(48) });
    expect(whole.shape).toEqual([2, 3, 3]);
  });
  test('sequences within steps, to sequences', async () => {
    const layer = lstm({ units: 3, returnSequences: true });
    const whole = await both(layer, { shape: [2, 3, 4, 2], data: values(48) });
    expect(whole.shape).toEqual([2, 3, 4, 3]);
  });
  test('ids', async () => {
    const ids: Numbers = { shape: [2, 3], data: [0, 1, 2, 3, 4, 1], dtype: 'u32' };
    const whole = await both(embedding({ inputDim: 5, outputDim: 2 }), ids);
    expect(whole.shape).toEqual([2, 3, 2]);
  });
});

test('rows of a layer that takes each by itself are left where they are', () => {
  const plan = buildPlan({ name: 'p', limits: cpu().limits, parameters: new Parameters() }, (b) => {
    const x = b.input('x', [3, 2, 4]);
    const y = timeDistributed(dense({ units: 3 })).build(b, x);
    expect(y.source).toBeUndefined();
    return { y };
  });
  expect(plan.steps).toHaveLength(1);
});

test('ids of three axes', async () => {
  const ids: Numbers = { shape: [1, 2, 2], data: [0, 1, 2, 1], dtype: 'u32' };
  const weights = [[0], [10], [20]];
  const lookup = timeDistributed(embedding({ inputDim: 3, outputDim: 1, weights }));
  const { outputs } = await runLayer(lookup, [ids], cpu());
  expect(outputs[0].shape).toEqual([1, 2, 2, 1]);
  expect(Array.from(outputs[0].data)).toEqual([0, 10, 20, 10]);
});

test('several inputs and several outputs, with the mask of the first', async () => {
  const split = defineLayer({
    name: 'split',
    outputs: 2,
    build: (b: Builder, x, y) => [concatenate().build(b, x, y), concatenate().build(b, y, x)],
  });
  const a: Numbers = { shape: [1, 2, 1], data: [1, 2], mask: [1, 0] };
  const b: Numbers = { shape: [1, 2, 1], data: [8, 9] };
  const { outputs, masks } = await runLayer(timeDistributed(split), [a, b], cpu({ precision: 'f64' }));
  expect(outputs.map((y) => Array.from(y.data))).toEqual([
    [1, 8, 2, 9],
    [8, 1, 9, 2],
  ]);
  expect(masks.map((mask) => mask && Array.from(mask.data))).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

describe('gradients', () => {
  test('rows', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [3, 2, 4], { differentiable: true });
        return { inputs: [x], outputs: [timeDistributed(dense({ units: 3 })).build(b, x)] };
      },
    }));
  test('sequences', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [3, 2, 4, 2], { differentiable: true });
        const layer = timeDistributed(lstm({ units: 2, returnSequences: true }));
        return { inputs: [x], outputs: [layer.build(b, x)] };
      },
    }));
});

test('its config holds the layer, and its inner layer is known', () => {
  const inner = dense({ units: 3 });
  const layer = timeDistributed(inner);
  expect(layer.inner).toEqual([inner]);
  expect(layer.getConfig!()).toEqual({
    name: 'time_distributed',
    trainable: true,
    layer: { className: 'Dense', config: inner.getConfig() },
  });
  expect(timeDistributed({ layer: inner, name: 'each' }).name).toBe('each');
});

test('what has no time, and what is no layer, is refused', async () => {
  const layer = timeDistributed(dense({ units: 3 }));
  await expect(runLayer(layer, [{ shape: [2, 3], data: values(6) }], cpu())).rejects.toThrow(
    /\[time_distributed\] expected \[N, T, \.\.\.\] with time, got \[2, 3\]/,
  );
  const ids: Numbers = { shape: [2, 3, 2], data: values(12).fill(1), dtype: 'u32' };
  const looking = defineLayer({ name: 'own', takesIds: true, build: (_b: Builder, x) => x });
  await expect(runLayer(timeDistributed(looking), [ids], cpu())).rejects.toThrow(ShapeError);
  expect(() => timeDistributed({ layer: 3 } as never)).toThrow(OptionError);
  const nameless = timeDistributed(defineLayer({ name: 'own', build: (_b: Builder, x) => x }));
  expect(() => nameless.getConfig!()).toThrow(/no config/);
});
