// Layers for activations with options or weights: Keras' defaults, gradients, configs, and names.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { activation, activationNames } from '../../src/layers/activation.ts';
import { elu, leakyReLU, prelu, reLU, softmax } from '../../src/layers/activation_layers.ts';
import { dropout, spatialDropout1D } from '../../src/layers/dropout.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { masking } from '../../src/layers/masking.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';

const run = (layer: AnyLayer, x: Numbers, options?: LayerRun) =>
  runLayer(layer, [x], cpu({ precision: 'f64' }), options);

describe('activation layers', () => {
  const x: Numbers = { shape: [1, 2, 2], data: [-2, 1, 3, -4] };
  const values = async (layer: AnyLayer, options?: LayerRun) =>
    Array.from((await run(layer, x, options)).outputs[0].data);
  test('have Keras defaults', async () => {
    expect(await values(leakyReLU())).toEqual([-0.6, 1, 3, -1.2]);
    expect(await values(leakyReLU({ negativeSlope: 0.5 }))).toEqual([-1, 1, 3, -2]);
    expect(await values(activation({ activation: 'leakyRelu' }))).toEqual([-0.4, 1, 3, -0.8]);
    expect(await values(reLU())).toEqual([0, 1, 3, 0]);
    expect(await values(reLU({ maxValue: 2, negativeSlope: 0.5 }))).toEqual([-1, 1, 2, -2]);
    expect((await values(elu()))[0]).toBeCloseTo(Math.expm1(-2), 12);
    expect((await values(elu({ alpha: 2 })))[3]).toBeCloseTo(2 * Math.expm1(-4), 12);
  });
  test('prelu has a slope for each element, or shares them', async () => {
    expect(await values(prelu(), { weights: [[0.5, 9, 9, 0.25]] })).toEqual([-1, 1, 3, -1]);
    expect(await values(prelu({ sharedAxes: [1] }), { weights: [[0.5, 0.25]] })).toEqual([-1, 1, 3, -1]);
    expect(await values(prelu())).toEqual([0, 1, 3, 0]);
  });
  test('softmax goes along any axis but the batch', async () => {
    const sigma = (z: number) => 1 / (1 + Math.exp(-z));
    const along = await values(softmax());
    [sigma(-3), sigma(3), sigma(7), sigma(-7)].forEach((value, i) => {
      expect(along[i]).toBeCloseTo(value, 6);
    });
    const time = await values(softmax({ axis: 1 }));
    [sigma(-5), sigma(5), sigma(5), sigma(-5)].forEach((value, i) => {
      expect(time[i]).toBeCloseTo(value, 6);
    });
    await expect(values(softmax({ axis: 0 }))).rejects.toThrow(/batch/);
  });
  test('gradients', () =>
    checkGradients({
      build(b) {
        const input = b.input('x', [3, 2, 4], { differentiable: true });
        const layers = [
          prelu({ alphaInitializer: 'randomNormal' }),
          softmax({ axis: 1 }),
          leakyReLU(),
          elu(),
        ];
        return { inputs: [input], outputs: layers.map((layer) => layer.build(b, input)) };
      },
    }));
  test('go through their configs', () => {
    for (const [layer, again] of [
      [leakyReLU({ negativeSlope: 0.1 }), leakyReLU],
      [elu({ alpha: 2 }), elu],
      [reLU({ maxValue: 6 }), reLU],
      [softmax({ axis: 1 }), softmax],
      [prelu({ sharedAxes: [1], alphaRegularizer: 'l2' }), prelu],
      [activation({ activation: 'hardSigmoid', alpha: 0.2 }), activation],
      [masking({ maskValue: 2 }), masking],
      [dropout({ rate: 0.1, noiseShape: [null, 1, 3], seed: 2 }), dropout],
      [spatialDropout1D({ rate: 0.1 }), spatialDropout1D],
    ] as const) {
      const config = JSON.parse(JSON.stringify(layer.getConfig!()));
      expect((again as (o: unknown) => AnyLayer)(config).getConfig!()).toEqual(layer.getConfig!());
    }
  });
  test('every activation of Keras has its name here', () => {
    for (const name of [
      ...['relu', 'relu6', 'sigmoid', 'softplus', 'softsign', 'softmax', 'tanh', 'silu', 'swish', 'gelu'],
      ...['elu', 'selu', 'exponential', 'leakyRelu', 'hardSigmoid', 'hardSilu', 'hardSwish', 'hardTanh'],
      ...['linear', 'mish', 'logSoftmax', 'logSigmoid', 'celu', 'squareplus', 'sparsePlus', 'sparseSigmoid'],
      ...['hardShrink', 'softShrink', 'tanhShrink'],
    ]) {
      expect(activationNames).toContain(name);
    }
  });
});
