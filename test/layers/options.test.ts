// Options of dense, embedding, masking and dropout: values, masks, penalties, configs, refusals.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { maxNorm } from '../../src/layers/constraints.ts';
import { type DenseOptions, dense } from '../../src/layers/dense.ts';
import { type DropoutOptions, dropout, spatialDropout1D } from '../../src/layers/dropout.ts';
import { type EmbeddingOptions, embedding } from '../../src/layers/embedding.ts';
import { orthogonal } from '../../src/layers/initializers.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { masking } from '../../src/layers/masking.ts';
import { emitPenalties, l2 } from '../../src/layers/regularizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';

const f64 = () => cpu({ precision: 'f64' });
const run = (layer: AnyLayer, x: Numbers, options?: LayerRun) => runLayer(layer, [x], f64(), options);
const ids = (shape: number[], ...data: number[]): Numbers => ({ shape, data, dtype: 'u32' });

describe('dense', () => {
  test('has initializers, regularizers and constraints, and gives them back', () => {
    const options: DenseOptions = {
      ...{ units: 3, name: 'wide', useBias: true, activation: 'relu', trainable: false },
      kernelInitializer: orthogonal({ gain: 2 }),
      biasInitializer: { className: 'Constant', config: { value: 0.5 } },
      kernelRegularizer: l2(0.1),
      biasRegularizer: 'l1',
      kernelConstraint: maxNorm({ maxValue: 3 }),
      biasConstraint: 'nonNeg',
      activityRegularizer: 'l2',
    };
    const config = dense(options).getConfig();
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    expect(config).toEqual({
      ...{ name: 'wide', trainable: false, units: 3, activation: 'relu', useBias: true },
      kernelInitializer: { className: 'Orthogonal', config: { gain: 2, seed: null } },
      kernelRegularizer: { className: 'L2', config: { l2: 0.1 } },
      kernelConstraint: { className: 'MaxNorm', config: { maxValue: 3, axis: 0 } },
      biasInitializer: { className: 'Constant', config: { value: 0.5 } },
      biasRegularizer: { className: 'L1', config: { l1: 0.01 } },
      biasConstraint: { className: 'NonNeg', config: {} },
      activityRegularizer: { className: 'L2', config: { l2: 0.01 } },
    });
    expect(dense(config as unknown as DenseOptions).getConfig()).toEqual(config);
  });

  test('declares them with its weights, and adds the penalty of its output', async () => {
    const backend = f64();
    const parameters = new Parameters();
    const plan = buildPlan({ name: 'p', limits: backend.limits, parameters }, (b) => {
      const x = b.input('x', [2, 2], { initial: () => [1, 2, 3, 4] });
      const layer = dense({
        ...{ units: 1, kernelInitializer: 'ones', useBias: false },
        ...{ kernelRegularizer: 'l2', activityRegularizer: l2(0.5), kernelConstraint: 'nonNeg' },
      });
      layer.build(b, x);
      return Object.fromEntries(emitPenalties(b).map((t, i) => [`penalty ${i}`, t]));
    });
    const executable = await backend.load(plan);
    executable.run();
    // The output is [3, 7]: (9 + 49)·0.5 over a batch of 2, then the weights' 2·0.01.
    expect((await backend.read(plan.outputs['penalty 0']))[0]).toBeCloseTo(14.5, 12);
    expect((await backend.read(plan.outputs['penalty 1']))[0]).toBeCloseTo(0.02, 12);
    expect(parameters.rulesOf(parameters.all[0]).constraint?.name).toBe('NonNeg');
  });

  test('gradients with the penalties of output and weights', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [3, 2, 4], { differentiable: true });
        const layer = dense({
          ...{ units: 3, activation: 'tanh', biasInitializer: 'randomNormal' },
          ...{ kernelRegularizer: 'l2', biasRegularizer: 'l1', activityRegularizer: l2(0.3) },
        });
        const y = layer.build(b, x);
        return { inputs: [x], outputs: [y], losses: [...emitPenalties(b)] };
      },
    }));

  test('refuses ids, unknown names and configs of what no config holds', async () => {
    await expect(run(dense({ units: 2 }), ids([1, 2], 1, 2))).rejects.toThrow(/embedding/);
    expect(() => dense({ units: 2, kernelInitializer: 'glorot' as 'zeros' })).toThrow(
      /dense\/kernelInitializer.*no initializer "glorot"/,
    );
    expect(() => dense({ units: 2, activation: 'rulu' as 'relu' })).toThrow(
      /no activation "rulu".*did you mean relu/,
    );
    const own = dense({ units: 2, kernelInitializer: (shape) => new Float64Array(shape[0] * shape[1]) });
    expect(() => own.getConfig()).toThrow(/dense\/kernelInitializer.*function of your own/);
    const table = embedding({ inputDim: 2, outputDim: 2 });
    expect(() => dense({ units: 2, tieTo: table }).getConfig()).toThrow(/tieTo/);
  });
});

describe('embedding', () => {
  const weights = [
    [0, 0],
    [1, 10],
    [2, 20],
  ];
  test('maskZero masks token 0, along with what is masked already', async () => {
    const layer = embedding({ inputDim: 3, outputDim: 2, maskZero: true, weights });
    const x = ids([2, 2], 1, 0, 2, 1);
    const { outputs, masks } = await run(layer, x);
    expect(Array.from(outputs[0].data)).toEqual([1, 10, 0, 0, 2, 20, 1, 10]);
    expect(Array.from(masks[0]!.data)).toEqual([1, 0, 1, 1]);
    const both = await run(layer, { ...x, mask: [1, 1, 0, 1] });
    expect(Array.from(both.masks[0]!.data)).toEqual([1, 0, 0, 1]);
    expect((await run(embedding({ inputDim: 3, outputDim: 2 }), x)).masks[0]).toBeUndefined();
  });
  test('takes ids of a step and of three axes', async () => {
    const layer = embedding({ inputDim: 3, outputDim: 2, weights });
    expect((await run(layer, ids([2], 2, 1))).outputs[0]).toMatchObject({ shape: [2, 2] });
    const { outputs } = await run(layer, ids([1, 2, 2], 1, 2, 0, 1));
    expect(outputs[0].shape).toEqual([1, 2, 2, 2]);
    expect(Array.from(outputs[0].data)).toEqual([1, 10, 2, 20, 0, 0, 1, 10]);
  });
  test('takes a table with a shape, and refuses another', () => {
    const flat = { shape: [3, 2], data: new Float32Array(6) };
    expect(() => embedding({ inputDim: 3, outputDim: 2, weights: flat })).not.toThrow();
    expect(() => embedding({ inputDim: 2, outputDim: 3, weights: flat })).toThrow(/\[2, 3\].*got \[3, 2\]/);
    expect(() => embedding({ inputDim: 2, outputDim: 2, weights: [[1, 2], [3]] })).toThrow(/unequal/);
    expect(() => embedding({ inputDim: 1, outputDim: 2, weights: [[1, Number.NaN]] })).toThrow(
      /NaN in row 0/,
    );
  });
  test('checks inputLength, and goes through its config', async () => {
    const layer = embedding({
      ...{ inputDim: 3, outputDim: 2, inputLength: 4, maskZero: true, paddingIndex: 0 },
      ...{ embeddingsRegularizer: 'l2', embeddingsConstraint: 'unitNorm' },
    });
    await expect(run(layer, ids([1, 2], 1, 2))).rejects.toThrow(/inputLength 4, got ids \[1, 2\]/);
    const config = layer.getConfig();
    expect(embedding(config as unknown as EmbeddingOptions).getConfig()).toEqual(config);
    expect(config).toMatchObject({ maskZero: true, inputLength: 4, paddingIndex: 0 });
  });
});

describe('masking', () => {
  test('leaves out steps of nothing but the value, and makes them zeros', async () => {
    const x: Numbers = { shape: [2, 2, 2], data: [-1, -1, -1, 3, 0, 0, -1, -1] };
    const { outputs, masks } = await run(masking({ maskValue: -1 }), x);
    expect(Array.from(outputs[0].data)).toEqual([0, 0, -1, 3, 0, 0, 0, 0]);
    expect(Array.from(masks[0]!.data)).toEqual([0, 1, 1, 0]);
    const before = await run(masking({ maskValue: -1 }), { ...x, mask: [1, 1, 0, 1] });
    expect(Array.from(before.masks[0]!.data)).toEqual([0, 1, 0, 0]);
  });
  test('gradients', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [3, 2, 2], { differentiable: true });
        return { inputs: [x], outputs: [masking().build(b, x)] };
      },
      inputs: { x: [1, 2, 0, 0, 3, 0, 0.5, 1, 2, 1, 1, 3] },
      samples: 2,
    }));
  test('refuses rows and values that are no number', async () => {
    await expect(run(masking(), { shape: [2, 2], data: [1, 2, 3, 4] })).rejects.toThrow(ShapeError);
    expect(() => masking({ maskValue: Number.NaN })).toThrow(OptionError);
  });
});

describe('dropout that is the same along axes', () => {
  const x: Numbers = { shape: [3, 5, 7], data: new Float64Array(105).fill(1) };
  /** Whether y [N,T,D] is the same wherever two places differ in those axes alone. */
  const alike = (y: ArrayLike<number>, axes: number[]) => {
    const kept = new Map<string, number>();
    for (let i = 0; i < 105; i++) {
      const place = [Math.floor(i / 35), Math.floor(i / 7) % 5, i % 7].filter((_, k) => !axes.includes(k));
      const known = kept.get(String(place));
      if (known !== undefined && known !== y[i]) return false;
      kept.set(String(place), y[i]);
    }
    return new Set(kept.values()).size === 2;
  };
  test('spatialDropout1D drops whole features', async () => {
    const { outputs } = await run(spatialDropout1D({ rate: 0.5 }), x, { training: true });
    expect(alike(outputs[0].data, [1])).toBe(true);
    expect(alike(outputs[0].data, [0, 1])).toBe(false);
  });
  test('noiseShape says along which', async () => {
    for (const [noiseShape, axes] of [
      [[null, 1, null], [1]],
      [[null, null, 1], [2]],
      [[1, 5, 7], [0]],
      [
        [1, 1, 7],
        [0, 1],
      ],
      [
        [3, 1, 1],
        [1, 2],
      ],
    ] as const) {
      const layer = dropout({ rate: 0.5, noiseShape, seed: 11 });
      const { outputs } = await run(layer, x, { training: true });
      expect(alike(outputs[0].data, [...axes]), String(noiseShape)).toBe(true);
      expect((await run(layer, x)).outputs[0].data).toEqual(x.data);
    }
  });
  test('a seed decides, whatever the layer is called', async () => {
    const drop = async (options: DropoutOptions) =>
      Array.from((await run(dropout(options), x, { training: true })).outputs[0].data);
    expect(await drop({ rate: 0.5, seed: 3 })).toEqual(await drop({ rate: 0.5, seed: 3, name: 'other' }));
    expect(await drop({ rate: 0.5, seed: 3 })).not.toEqual(await drop({ rate: 0.5, seed: 4 }));
  });
  test('gradients', () =>
    checkGradients({
      build(b) {
        const input = b.input('x', [3, 2, 4], { differentiable: true });
        return {
          inputs: [input],
          outputs: [
            spatialDropout1D({ rate: 0.4 }).build(b, input),
            dropout({ rate: 0.4, noiseShape: [null, null, 1] }).build(b, input),
          ],
        };
      },
    }));
  test('refuses what does not fit', async () => {
    await expect(run(dropout({ rate: 0.5, noiseShape: [3, 2, 7] }), x)).rejects.toThrow(
      /noiseShape.*\[3, 5, 7\]/,
    );
    expect(() => dropout({ rate: 1 })).toThrow(OptionError);
    expect(() => spatialDropout1D({ rate: 0.5, seed: 'a' as never })).toThrow(OptionError);
  });
});
