// Convolution and pooling over time: gradients, both ways of computing a convolution, values, options and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import type { Builder } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { type Conv1DOptions, conv1D } from '../../src/layers/conv_1d.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import {
  averagePooling1D,
  globalAveragePooling1D,
  globalMaxPooling1D,
  maxPooling1D,
} from '../../src/layers/pooling.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

const N = 2;
const D = 4;
const f64 = () => cpu({ precision: 'f64' });

function gradients(layer: AnyLayer, T: number, mask?: readonly number[]): Promise<void> {
  return checkGradients({
    ...(mask && { inputs: { mask } }),
    build(b: Builder) {
      const x = b.input('x', [T, N, D], { differentiable: true });
      if (mask) b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
      return { outputs: [layer.build(b, x) as Tensor], inputs: [x] };
    },
  });
}

/** y [N,T',O] by the definition, x [N,T,D] with `pad` zeros before. */
function byLoops(
  x: { shape: readonly number[]; data: readonly number[] },
  kernel: { size: number; groups: number; filters: number; data: readonly number[] },
  { stride = 1, dilation = 1, pad = 0, outSteps = 0 },
): number[] {
  const [batch, steps, features] = x.shape;
  const { size, groups, filters, data } = kernel;
  const wide = features / groups;
  const y: number[] = [];
  for (let n = 0; n < batch; n++) {
    for (let t = 0; t < outSteps; t++) {
      for (let o = 0; o < filters; o++) {
        const first = Math.floor(o / (filters / groups)) * wide;
        let sum = 0;
        for (let j = 0; j < size; j++) {
          const s = t * stride + j * dilation - pad;
          if (s < 0 || s >= steps) continue;
          for (let c = 0; c < wide; c++) {
            sum += x.data[(n * steps + s) * features + first + c] * data[(j * wide + c) * filters + o];
          }
        }
        y.push(sum);
      }
    }
  }
  return y;
}

const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + i * i + 0.3 * i));

interface Sample {
  T: number;
  options: Omit<Conv1DOptions, 'filters'>;
  pad: number;
  outSteps: number;
}

/** Paddings as Keras has them, by hand. */
const samples: Record<string, Sample> = {
  valid: { T: 6, options: { kernelSize: 3 }, pad: 0, outSteps: 4 },
  same: { T: 6, options: { kernelSize: 3, padding: 'same' }, pad: 1, outSteps: 6 },
  'same, an even kernel': { T: 6, options: { kernelSize: 4, padding: 'same' }, pad: 1, outSteps: 6 },
  causal: { T: 5, options: { kernelSize: 3, padding: 'causal' }, pad: 2, outSteps: 5 },
  dilated: { T: 8, options: { kernelSize: 3, dilationRate: 2, padding: 'same' }, pad: 2, outSteps: 8 },
  'causal, longer than the sequence': {
    T: 3,
    options: { kernelSize: 3, dilationRate: 2, padding: 'causal' },
    pad: 4,
    outSteps: 3,
  },
  strided: { T: 9, options: { kernelSize: 3, strides: 2 }, pad: 0, outSteps: 4 },
  'strided, same': { T: 8, options: { kernelSize: 3, strides: 2, padding: 'same' }, pad: 0, outSteps: 4 },
  groups: { T: 6, options: { kernelSize: 2, groups: 2, padding: 'same' }, pad: 0, outSteps: 6 },
  'one step, one tap': { T: 1, options: { kernelSize: 1 }, pad: 0, outSteps: 1 },
  'zeros on both sides': { T: 5, options: { kernelSize: 3, padding: 2 }, pad: 2, outSteps: 7 },
};

describe('conv1D', () => {
  for (const [name, { T, options, pad, outSteps }] of Object.entries(samples)) {
    const filters = 6;
    test(`gradients, ${name}`, () =>
      gradients(conv1D({ filters, biasInitializer: 'randomNormal', ...options }), T));

    test(`values, ${name}`, async () => {
      const {
        kernelSize,
        strides = 1,
        dilationRate = 1,
        groups = 1,
      } = options as unknown as Record<string, number>;
      const x = { shape: [N, T, D], data: numbers(N * T * D, 1) };
      const kernel = numbers((kernelSize * D * filters) / groups, 2);
      const bias = numbers(filters, 3);
      const { outputs } = await runLayer(conv1D({ filters, ...options }), [x], f64(), {
        weights: [kernel, bias],
      });
      const expected = byLoops(
        x,
        { size: kernelSize, groups, filters, data: kernel },
        { stride: strides, dilation: dilationRate, pad, outSteps },
      );
      expect(outputs[0].shape).toEqual([N, outSteps, filters]);
      expected.forEach((value, i) => {
        expect(outputs[0].data[i]).toBeCloseTo(value + bias[i % filters], 10);
      });
    });
  }

  test('gradients with an activation and no bias', () =>
    gradients(conv1D({ filters: 3, kernelSize: 2, activation: 'tanh', useBias: false }), 5));

  test('drops the mask, as Keras', async () => {
    const x = { shape: [1, 3, 1], data: [1, 2, 3], mask: [1, 1, 0] };
    const { masks } = await runLayer(conv1D({ filters: 1, kernelSize: 1 }), [x], f64());
    expect(masks[0]).toBeUndefined();
  });

  test('its config makes it again, and takes the arrays of Keras', () => {
    const config = conv1D({ filters: 3, kernelSize: [2], strides: [1], padding: 'causal', groups: 3 })
      .getConfig!();
    expect(config).toMatchObject({
      kernelSize: 2,
      strides: 1,
      padding: 'causal',
      dilationRate: 1,
      groups: 3,
    });
    expect(conv1D(config as never).getConfig!()).toEqual(config);
  });

  test('refuses what it cannot do', async () => {
    expect(() => conv1D({ filters: 3, kernelSize: 2, groups: 2 })).toThrow(/multiple of the 2 groups/);
    expect(() => conv1D({ filters: 3, kernelSize: 0 })).toThrow(OptionError);
    expect(() => conv1D({ filters: 3, kernelSize: 2, padding: 'full' as never })).toThrow(/'causal'/);
    const x = { shape: [1, 3, 3], data: numbers(9, 0) };
    await expect(runLayer(conv1D({ filters: 1, kernelSize: 4 }), [x], f64())).rejects.toThrow(
      /does not fit into 3/,
    );
    await expect(runLayer(conv1D({ filters: 2, kernelSize: 1, groups: 2 }), [x], f64())).rejects.toThrow(
      /2 groups/,
    );
    const rows = { shape: [3, 3], data: numbers(9, 0) };
    await expect(runLayer(conv1D({ filters: 1, kernelSize: 1 }), [rows], f64())).rejects.toThrow(ShapeError);
  });
});

describe('pooling', () => {
  const mask = [1, 1, 0, 1, 0, 1, 1, 0, 0, 0];
  const layers: Record<string, () => AnyLayer> = {
    'largest of two': () => maxPooling1D(),
    'largest, overlapping': () => maxPooling1D({ poolSize: 3, strides: 1, padding: 'same' }),
    'mean of two': () => averagePooling1D(),
    'mean, overlapping': () => averagePooling1D({ poolSize: 4, strides: 2, padding: 'same' }),
    'mean, zeros count': () => averagePooling1D({ poolSize: 3, strides: 2, padding: 1, countPadding: true }),
    'largest of all': () => globalMaxPooling1D(),
    'mean of all': () => globalAveragePooling1D({ keepdims: true }),
  };
  for (const [name, make] of Object.entries(layers)) {
    test(`gradients, ${name}`, () => gradients(make(), 5));
    test(`gradients, ${name}, masked`, () => gradients(make(), 5, mask));
  }

  const x = { shape: [1, 5, 1], data: [1, 3, 3, -2, 7] };
  const values = async (layer: AnyLayer, input: Parameters<typeof runLayer>[1][0] = x) => {
    const { outputs } = await runLayer(layer, [input], f64());
    return Array.from(outputs[0].data);
  };

  test('values by hand', async () => {
    expect(await values(maxPooling1D())).toEqual([3, 3]);
    expect(await values(maxPooling1D({ padding: 'same' }))).toEqual([3, 3, 7]);
    expect(await values(averagePooling1D())).toEqual([2, 0.5]);
    expect(await values(averagePooling1D({ padding: 'same' }))).toEqual([2, 0.5, 7]);
    expect(await values(averagePooling1D({ padding: 1, poolSize: 2, countPadding: true }))).toEqual([
      0.5, 3, 2.5,
    ]);
    expect(await values(globalMaxPooling1D())).toEqual([7]);
    expect(await values(globalAveragePooling1D(), { ...x, mask: [1, 0, 1, 0, 1] })).toEqual([11 / 3]);
    expect(await values(globalAveragePooling1D(), { ...x, mask: [0, 0, 0, 0, 0] })).toEqual([0]);
  });

  test('windows of a masked sequence drop the mask, as in Keras', async () => {
    const { masks } = await runLayer(maxPooling1D(), [{ ...x, mask: [1, 1, 1, 0, 0] }], f64());
    expect(masks[0]).toBeUndefined();
  });

  test('configs make the layers again', () => {
    const makers = [maxPooling1D, averagePooling1D, globalMaxPooling1D, globalAveragePooling1D];
    for (const make of makers) {
      const config = make({ name: 'pool' }).getConfig!();
      expect(make(config).getConfig!()).toEqual(config);
    }
  });

  test('refuses what it cannot do', async () => {
    expect(() => maxPooling1D({ poolSize: 0 })).toThrow(/poolSize/);
    expect(() => averagePooling1D({ poolSize: 3, padding: 2 })).toThrow(/half of poolSize/);
    expect(() => globalMaxPooling1D({ keepdims: 1 as never })).toThrow(/true or false/);
    await expect(values(maxPooling1D({ poolSize: 6 }))).rejects.toThrow(/does not fit into 5/);
  });
});
