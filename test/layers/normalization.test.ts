// Normalizations: gradients, masks, axes, moving averages, options and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type BatchNormalizationOptions, batchNormalization } from '../../src/layers/batch_normalization.ts';
import {
  type LayerNormalizationOptions,
  layerNormalization,
  rmsNormalization,
} from '../../src/layers/layer_normalization.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

const T = 4;
const N = 3;
const D = 5;
const MASK = [1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0];
const f64 = () => cpu({ precision: 'f64' });
const sequence = (b: Builder): Tensor => b.input('x', [T, N, D], { differentiable: true });
const rules = { gammaInitializer: 'randomNormal', betaInitializer: 'randomNormal' } as const;

/** Mean and biased variance. */
function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

describe('layerNormalization', () => {
  const gradients = (options: LayerNormalizationOptions, shape?: number[]) =>
    checkGradients({
      build(b) {
        const x = shape ? b.input('x', shape, { differentiable: true }) : sequence(b);
        return { outputs: [layerNormalization({ ...rules, ...options }).build(b, x)], inputs: [x] };
      },
    });

  test('gradients of x, gamma and beta', () => gradients({}));
  test('gradients without gamma, without beta', () => gradients({ center: false, scale: false }));
  test('gradients with rmsScaling', () => gradients({ rmsScaling: true }));
  test('gradients over time', () => gradients({ axis: 1 }));
  test('gradients over time and features', () => gradients({ axis: [1, 2] }));
  test('gradients of rows', () => gradients({}, [N, D]));
  test('gradients over two axes of four', () => gradients({ axis: [-2, -1] }, [T, N, 2, D]));
  test('gradients of rmsNormalization', () =>
    checkGradients({
      build(b) {
        const x = sequence(b);
        return { outputs: [rmsNormalization({ epsilon: 0.1 }).build(b, x)], inputs: [x] };
      },
    }));
  test('gradients of a part of a tensor, added to others', () =>
    checkGradients({
      build(b) {
        const x = sequence(b);
        const part = b.view(x, N * D, [2, N, D]);
        return { outputs: [layerNormalization(rules).build(b, part), x], inputs: [x] };
      },
    }));

  test('over time and features it is what it says, with the mask passed on', async () => {
    const data = Array.from({ length: N * T * D }, (_, i) => Math.sin(i) * (1 + i / 10));
    const gamma = Array.from({ length: T * D }, (_, i) => 1 + i / 7);
    const beta = Array.from({ length: T * D }, (_, i) => i / 5);
    const layer = layerNormalization({ axis: [1, 2], epsilon: 0.01 });
    const mask = Array.from({ length: N * T }, (_, i) => i % 2);
    const { outputs, masks } = await runLayer(layer, [{ shape: [N, T, D], data, mask }], f64(), {
      weights: [gamma, beta],
    });
    for (let n = 0; n < N; n++) {
      const own = data.slice(n * T * D, (n + 1) * T * D);
      const { mean, variance } = momentsOf(own);
      own.forEach((x, i) => {
        const expected = ((x - mean) / Math.sqrt(variance + 0.01)) * gamma[i] + beta[i];
        expect(outputs[0].data[n * T * D + i]).toBeCloseTo(expected, 10);
      });
    }
    expect(Array.from(masks[0]!.data)).toEqual(mask);
  });

  test('its config makes it again', () => {
    const layer = layerNormalization({
      axis: [1, 2],
      epsilon: 0.1,
      gammaRegularizer: 'l2',
      trainable: false,
    });
    const config = layer.getConfig!();
    expect(config).toMatchObject({
      axis: [1, 2],
      epsilon: 0.1,
      center: true,
      scale: true,
      rmsScaling: false,
    });
    expect(layerNormalization(config).getConfig!()).toEqual(config);
    const rms = rmsNormalization({ axis: -1 }).getConfig!();
    expect(rmsNormalization(rms).getConfig!()).toEqual(rms);
    const own = layerNormalization({ gammaInitializer: (shape) => new Float64Array(shape[0]) });
    expect(() => own.getConfig!()).toThrow(/gammaInitializer.*function of your own/);
  });

  test('refuses what it cannot do', async () => {
    expect(() => layerNormalization({ epsilon: -1 })).toThrow(OptionError);
    expect(() => layerNormalization({ axis: 1.5 })).toThrow(/axis/);
    expect(() => layerNormalization({ center: 1 as never })).toThrow(/center.*true or false/);
    expect(() => layerNormalization({ axes: -1 } as never)).toThrow(/no option axes/);
    const rows = { shape: [2, 3], data: new Float64Array(6) };
    await expect(runLayer(layerNormalization({ axis: 0 }), [rows], f64())).rejects.toThrow(/batch/);
    await expect(runLayer(layerNormalization({ axis: 2 }), [rows], f64())).rejects.toThrow(
      /no axis of \[2, 3\]/,
    );
    const ids = { ...rows, dtype: 'u32' as const };
    await expect(runLayer(layerNormalization(), [ids], f64())).rejects.toThrow(ShapeError);
  });
});

describe('batchNormalization', () => {
  const gradients = (options: BatchNormalizationOptions, mask?: readonly number[], shape = [T, N, D]) =>
    checkGradients({
      ...(mask && { inputs: { mask } }),
      build(b) {
        const x = b.input('x', shape, { differentiable: true });
        if (mask) b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
        return { outputs: [batchNormalization({ ...rules, ...options }).build(b, x)], inputs: [x] };
      },
    });

  test('gradients of x, gamma and beta, through the statistics', () => gradients({}));
  test('gradients without gamma and beta', () => gradients({ center: false, scale: false }));
  test('gradients with a mask', () => gradients({}, MASK));
  test('gradients with a mask and four axes', () => gradients({}, MASK, [T, N, 2, D]));
  test('gradients along time', () => gradients({ axis: 1 }));
  test('gradients of rows', () => gradients({}, undefined, [7, D]));

  test('in slices it gives what it gives at once', async () => {
    const rows = 300;
    const data = Array.from({ length: rows * 2 }, (_, i) => 100 + Math.sin(i * i));
    const run = (cheapBarriers: boolean) =>
      runLayer(
        batchNormalization(),
        [{ shape: [rows, 2], data }],
        cpu({ precision: 'f64', limits: { cheapBarriers } }),
        {
          training: true,
        },
      );
    const [sliced, whole] = [await run(true), await run(false)];
    Array.from(whole.outputs[0].data).forEach((value, i) => {
      expect(sliced.outputs[0].data[i]).toBeCloseTo(value, 9);
    });
  });

  test('frozen, it takes the moving averages and leaves them', async () => {
    const layer = batchNormalization({ trainable: false, epsilon: 0.5 });
    const weights = [[2], [1], [3], [3.5]];
    const input = { shape: [3, 1], data: [3, 5, 1] };
    const { outputs } = await runLayer(layer, [input], f64(), { weights, training: true });
    expect(Array.from(outputs[0].data)).toEqual([1, 3, -1]);
  });

  test('training moves the averages, evaluating uses them; masked steps do not count', async () => {
    const backend = f64();
    const parameters = new Parameters();
    const layer = batchNormalization({ momentum: 0.9, epsilon: 0.001 });
    let x!: Tensor;
    let mask!: Tensor;
    const training = buildPlan({ name: 'train', limits: backend.limits, parameters, training: true }, (b) => {
      x = b.input('x', [T, N, 1]);
      mask = b.input('mask', [T, N], { dtype: 'u32' });
      b.setMask(x, mask);
      return { y: layer.build(b, x) };
    });
    let rows!: Tensor;
    const evaluating = buildPlan({ name: 'evaluate', limits: backend.limits, parameters }, (b) => {
      rows = b.input('x', [2, 1]);
      return { y: layer.build(b, rows) };
    });
    expect(parameters.all.map((t) => [t.name, t.differentiable])).toEqual([
      ['gamma', true],
      ['beta', true],
      ['moving_mean', false],
      ['moving_variance', false],
    ]);
    const data = MASK.map((_, i) => i * i);
    const train = await backend.load(training);
    backend.write(x, data);
    backend.write(mask, MASK);
    train.run();
    const { mean, variance } = momentsOf(data.filter((_, i) => MASK[i] === 1));
    const y = await backend.read(training.outputs.y);
    data.forEach((value, i) => {
      expect(y[i]).toBeCloseTo((value - mean) / Math.sqrt(variance + 0.001), 10);
    });
    const movingMean = 0.1 * mean;
    const movingVariance = 0.9 + 0.1 * variance;
    expect((await backend.read(parameters.get('moving_mean')!))[0]).toBeCloseTo(movingMean, 10);
    expect((await backend.read(parameters.get('moving_variance')!))[0]).toBeCloseTo(movingVariance, 10);
    const evaluate = await backend.load(evaluating);
    for (let run = 0; run < 2; run++) {
      backend.write(rows, [1, 7]);
      evaluate.run();
      const got = await backend.read(evaluating.outputs.y);
      [1, 7].forEach((value, i) => {
        expect(got[i]).toBeCloseTo((value - movingMean) / Math.sqrt(movingVariance + 0.001), 10);
      });
    }
  });

  test.each([
    [true, true],
    [false, true],
    [false, false],
  ])(
    'frozen by its parameters alone, as inside a frozen model, center %s and scale %s, it takes the averages too',
    async (center, scale) => {
      const backend = f64();
      const parameters = new Parameters();
      const layer = batchNormalization({ epsilon: 0, center, scale });
      const build = (training: boolean) =>
        buildPlan({ name: 'frozen', limits: backend.limits, parameters, training }, (b) => ({
          y: layer.build(b, b.input('x', [2, 1], { initial: () => [3, 5] })),
        }));
      build(false);
      for (const t of parameters.all) parameters.setTrainable(t, false);
      const plan = build(true);
      const executable = await backend.load(plan);
      executable.run();
      expect(Array.from(await backend.read(plan.outputs.y))).toEqual([3, 5]);
      expect(Array.from(await backend.read(parameters.get('moving_mean')!))).toEqual([0]);
      for (const t of parameters.all) parameters.setTrainable(t, true);
      const free = await backend.load(build(true));
      free.run();
      expect((await backend.read(parameters.get('moving_mean')!))[0]).toBeCloseTo(0.04, 12);
    },
  );

  test('its config makes it again', () => {
    const config = batchNormalization({ momentum: 0.8, movingMeanInitializer: 'ones' }).getConfig!();
    expect(config).toMatchObject({ axis: -1, momentum: 0.8, epsilon: 0.001, center: true, scale: true });
    expect(batchNormalization(config).getConfig!()).toEqual(config);
  });

  test('refuses what it cannot do', async () => {
    expect(() => batchNormalization({ momentum: 2 })).toThrow(/momentum/);
    expect(() => batchNormalization({ axis: [1, 2] as never })).toThrow(/one axis/);
    const masked = { shape: [2, 3, 2], data: new Float64Array(12), mask: [1, 1, 0, 1, 0, 0] };
    await expect(runLayer(batchNormalization({ axis: 1 }), [masked], f64())).rejects.toThrow(/mask/);
  });
});
