// Layers that change shapes: the order of elements that Keras has, gradients, configs, and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import {
  cropping1D,
  flatten,
  permute,
  repeatVector,
  reshape,
  upSampling1D,
  zeroPadding1D,
} from '../../src/layers/shape.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { runLayer } from '../harness/layer_run.ts';

const count = (shape: readonly number[]) => shape.reduce((a, c) => a * c, 1);

/** Of the numbers 0, 1, 2, ... in batch-major order. */
async function moved(layer: AnyLayer, shape: readonly number[]) {
  const data = Array.from({ length: count(shape) }, (_, i) => i);
  const { outputs } = await runLayer(layer, [{ shape, data }], cpu({ precision: 'f64' }));
  return { shape: outputs[0].shape, values: Array.from(outputs[0].data) };
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('flatten and reshape keep the order that users see', () => {
  for (const [from, to] of [
    [[2, 3, 4], [12]],
    [
      [2, 12],
      [3, 4],
    ],
    [
      [2, 3, 4],
      [4, 3],
    ],
    [
      [2, 3, 4],
      [3, 2, 2],
    ],
    [
      [2, 3, 2, 2],
      [3, 4],
    ],
    [[2, 3, 2, 2], [12]],
    [
      [2, 6],
      [3, 2, 1],
    ],
    [
      [1, 3, 4],
      [6, 2],
    ],
    [[3, 1, 4], [4]],
  ]) {
    test(`[${from}] to [N, ${to}]`, async () => {
      const layer = reshape({ targetShape: to });
      expect(await moved(layer, from)).toEqual({ shape: [from[0], ...to], values: upTo(count(from)) });
    });
  }
  test('flatten', async () => {
    expect(await moved(flatten(), [2, 3, 4])).toEqual({ shape: [2, 12], values: upTo(24) });
    expect(await moved(flatten(), [2, 5])).toEqual({ shape: [2, 5], values: upTo(10) });
    expect(await moved(flatten(), [2, 2, 3, 2])).toEqual({ shape: [2, 12], values: upTo(24) });
  });
  test('-1 follows from the others', async () => {
    expect((await moved(reshape({ targetShape: [-1, 2] }), [2, 3, 4])).shape).toEqual([2, 6, 2]);
    expect((await moved(reshape({ targetShape: [-1] }), [2, 3, 4])).shape).toEqual([2, 12]);
  });
});

test('permute orders the axes after the batch', async () => {
  expect(await moved(permute({ dims: [2, 1] }), [1, 2, 3])).toEqual({
    shape: [1, 3, 2],
    values: [0, 3, 1, 4, 2, 5],
  });
  const { shape, values } = await moved(permute({ dims: [3, 1, 2] }), [2, 2, 3, 4]);
  expect(shape).toEqual([2, 4, 2, 3]);
  const at = (n: number, i: number, j: number, k: number) => ((n * 2 + j) * 3 + k) * 4 + i;
  expect(values).toEqual(
    [0, 1].flatMap((n) => upTo(4).flatMap((i) => [0, 1].flatMap((j) => upTo(3).map((k) => at(n, i, j, k))))),
  );
  expect(await moved(permute({ dims: [1] }), [2, 3])).toEqual({ shape: [2, 3], values: upTo(6) });
});

test('repeatVector, zeroPadding1D, cropping1D and upSampling1D', async () => {
  expect(await moved(repeatVector({ n: 2 }), [2, 2])).toEqual({
    shape: [2, 2, 2],
    values: [0, 1, 0, 1, 2, 3, 2, 3],
  });
  expect(await moved(zeroPadding1D({ padding: [1, 2] }), [2, 1, 2])).toEqual({
    shape: [2, 4, 2],
    values: [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0],
  });
  expect((await moved(zeroPadding1D(), [1, 1, 1])).values).toEqual([0, 0, 0]);
  expect(await moved(cropping1D({ cropping: [2, 1] }), [2, 4, 1])).toEqual({
    shape: [2, 1, 1],
    values: [2, 6],
  });
  expect(await moved(upSampling1D(), [2, 2, 1])).toEqual({
    shape: [2, 4, 1],
    values: [0, 0, 1, 1, 2, 2, 3, 3],
  });
});

describe('gradients', () => {
  const cases: [string, ReturnType<typeof flatten>, number[]][] = [
    ['flatten', flatten(), [3, 2, 4]],
    ['reshape', reshape({ targetShape: [4, 3] }), [3, 2, 4]],
    ['reshape of four axes', reshape({ targetShape: [6, 4] }), [3, 2, 4, 2]],
    ['permute', permute({ dims: [2, 1] }), [3, 2, 4]],
    ['permute four axes', permute({ dims: [3, 1, 2] }), [3, 2, 4, 2]],
    ['repeatVector', repeatVector({ n: 3 }), [2, 4]],
    ['zeroPadding1D', zeroPadding1D({ padding: [1, 2] }), [3, 2, 4]],
    ['cropping1D', cropping1D({ cropping: [1, 0] }), [3, 2, 4]],
    ['upSampling1D', upSampling1D({ size: 3 }), [3, 2, 4]],
  ];
  for (const [name, layer, shape] of cases) {
    test(name, () =>
      checkGradients({
        build(b) {
          const x = b.input('x', shape, { differentiable: true });
          // Twice, so that gradients are added as well as written.
          return { inputs: [x], outputs: [layer.build(b, x), layer.build(b, x)] };
        },
      }),
    );
    test(`${name} goes through its config`, () => {
      const config = layer.getConfig!();
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
      expect(config.name).toBe(layer.name);
    });
  }
});

test('what does not fit is refused, batch first', async () => {
  await expect(moved(reshape({ targetShape: [5] }), [2, 3, 4])).rejects.toThrow(
    /\[N, 5\] of \[2, 3, 4\].*5 elements a sample are not 12/,
  );
  await expect(moved(reshape({ targetShape: [-1, 5] }), [2, 3, 4])).rejects.toThrow(/no multiple of 5/);
  await expect(moved(repeatVector({ n: 2 }), [2, 3, 4])).rejects.toThrow(
    /expected \[N, D\], got \[2, 3, 4\]/,
  );
  await expect(moved(permute({ dims: [2, 1] }), [2, 3])).rejects.toThrow(/expected \[N, T, D\]/);
  await expect(moved(cropping1D({ cropping: 2 }), [2, 3, 4])).rejects.toThrow(ShapeError);
  for (const wrong of [
    () => reshape({ targetShape: [] }),
    () => reshape({ targetShape: [-1, -1] }),
    () => reshape({ targetShape: [0, 2] }),
    () => reshape(undefined as never),
    () => permute({ dims: [1, 3] }),
    () => permute(undefined as never),
    () => repeatVector({ n: 0 }),
    () => zeroPadding1D({ padding: -1 }),
    () => upSampling1D({ size: 1.5 }),
    () => flatten({ size: 2 } as never),
  ]) {
    expect(wrong).toThrow(OptionError);
  }
});
