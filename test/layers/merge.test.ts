// Merging layers: Keras' values, shapes and masks, gradients, and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import type { Builder } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { add, average, concatenate, maximum, minimum, multiply, subtract } from '../../src/layers/merge.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type Numbers, runLayer } from '../harness/layer_run.ts';

const f64 = () => cpu({ precision: 'f64' });

/** [N,T,D] with values first, first + 1, ... */
function counting(shape: readonly number[], first = 0, mask?: number[]): Numbers {
  const size = shape.reduce((a, c) => a * c, 1);
  return { shape, data: Array.from({ length: size }, (_, i) => first + i), ...(mask && { mask }) };
}

async function merged(layer: Parameters<typeof runLayer>[0], ...inputs: Numbers[]) {
  const { outputs, masks } = await runLayer(layer, inputs, f64());
  return {
    shape: outputs[0].shape,
    values: Array.from(outputs[0].data),
    mask: masks[0] && Array.from(masks[0].data),
  };
}

const rows = (shape: number[], ...data: number[]): Numbers => ({ shape, data });

describe('elementwise merging', () => {
  const a = rows([1, 3], 1, -2, 3);
  const b = rows([1, 3], 4, -2, -6);
  const c = rows([1, 3], 0, 1, 2);
  test('computes what its name says', async () => {
    expect((await merged(add(), a, b, c)).values).toEqual([5, -3, -1]);
    expect((await merged(subtract(), a, b)).values).toEqual([-3, 0, 9]);
    expect((await merged(multiply(), a, b, c)).values).toEqual([0, 4, -36]);
    const mean = (await merged(average(), a, b, c)).values;
    [5 / 3, -1, -1 / 3].forEach((value, i) => {
      expect(mean[i]).toBeCloseTo(value, 12);
    });
    expect((await merged(maximum(), a, b, c)).values).toEqual([4, 1, 3]);
    expect((await merged(minimum(), a, b, c)).values).toEqual([0, -2, -6]);
  });

  test('repeats lengths of 1, and puts axes of fewer after the batch', async () => {
    const sequence = counting([2, 3, 2]);
    const steps = counting([2, 3, 1], 100);
    const samples = counting([2, 2], 1000);
    expect((await merged(add(), sequence, steps)).values).toEqual([
      100, 101, 103, 104, 106, 107, 109, 110, 112, 113, 115, 116,
    ]);
    expect((await merged(add(), samples, sequence)).values).toEqual([
      1000, 1002, 1002, 1004, 1004, 1006, 1008, 1010, 1010, 1012, 1012, 1014,
    ]);
    const four = counting([2, 2, 3, 2]);
    const three = counting([2, 3, 2], 100);
    const { shape, values } = await merged(add(), four, three);
    expect(shape).toEqual([2, 2, 3, 2]);
    // As broadcasting [2,2,3,2] + [2,1,3,2].
    expect(values).toEqual(Array.from({ length: 24 }, (_, i) => i + 100 + 6 * Math.floor(i / 12) + (i % 6)));
  });

  const left = counting([1, 3, 2], 1, [1, 0, 0]);
  const right = counting([1, 3, 2], 11, [1, 1, 0]);
  test('a step counts where it does in any input, if all have masks', async () => {
    expect((await merged(add(), left, right)).mask).toEqual([1, 1, 0]);
    expect((await merged(add(), left, counting([1, 3, 2]))).mask).toBeUndefined();
  });

  test('products and extremes go past what masks leave out', async () => {
    expect((await merged(multiply(), left, right)).values).toEqual([11, 24, 13, 14, 0, 0]);
    expect((await merged(maximum(), right, left)).values).toEqual([11, 12, 13, 14, 15, 16]);
    expect((await merged(minimum(), left, right)).values).toEqual([1, 2, 13, 14, 5, 6]);
    expect((await merged(multiply(), left, counting([1, 3, 2], 11))).values).toEqual([
      11, 24, 13, 14, 15, 16,
    ]);
  });

  test('refuses inputs that do not go together, in the order that users see', async () => {
    await expect(merged(add(), counting([2, 3, 4]), counting([2, 5, 4]))).rejects.toThrow(
      /\[2, 3, 4\].*\[2, 5, 4\]/,
    );
    await expect(merged(add(), counting([2, 3]))).rejects.toThrow(/two or more inputs/);
    await expect(merged(subtract(), counting([2, 3]), counting([2, 3]), counting([2, 3]))).rejects.toThrow(
      /takes 2 inputs/,
    );
    const ids: Numbers = { ...counting([2, 3]), dtype: 'u32' };
    await expect(merged(add(), ids, ids)).rejects.toThrow(/embedding/);
    expect(() => add({ axis: 1 } as never)).toThrow(OptionError);
  });
});

describe('concatenate', () => {
  test('joins features, steps and the axes of four', async () => {
    const a = counting([2, 2, 1]);
    const b = counting([2, 2, 2], 10);
    expect(await merged(concatenate(), a, b)).toEqual({
      shape: [2, 2, 3],
      values: [0, 10, 11, 1, 12, 13, 2, 14, 15, 3, 16, 17],
      mask: undefined,
    });
    expect(await merged(concatenate({ axis: 1 }), counting([2, 1, 2]), counting([2, 2, 2], 10))).toEqual({
      shape: [2, 3, 2],
      values: [0, 1, 10, 11, 12, 13, 2, 3, 14, 15, 16, 17],
      mask: undefined,
    });
    const { values } = await merged(
      concatenate({ axis: 2 }),
      counting([1, 2, 1, 2]),
      counting([1, 2, 1, 2], 10),
    );
    expect(values).toEqual([0, 1, 10, 11, 2, 3, 12, 13]);
    expect((await merged(concatenate(), counting([2, 1]), counting([2, 2], 10))).values).toEqual([
      0, 10, 11, 1, 12, 13,
    ]);
  });

  test('joins masks along time, and lets all decide along features', async () => {
    const a = counting([2, 2, 1], 0, [1, 0, 1, 1]);
    const b = counting([2, 2, 1], 9, [1, 1, 0, 1]);
    expect((await merged(concatenate(), a, b)).mask).toEqual([1, 0, 0, 1]);
    expect((await merged(concatenate({ axis: 1 }), a, b)).mask).toEqual([1, 0, 1, 1, 1, 1, 0, 1]);
    expect((await merged(concatenate({ axis: 1 }), a, counting([2, 1, 1]))).mask).toEqual([1, 0, 1, 1, 1, 1]);
    expect((await merged(concatenate(), counting([2, 2, 1]), b)).mask).toEqual([1, 1, 0, 1]);
  });

  test('refuses the batch, axes that are not there, and other lengths elsewhere', async () => {
    const a = counting([2, 3, 4]);
    await expect(merged(concatenate({ axis: 0 }), a, a)).rejects.toThrow(/batch/);
    await expect(merged(concatenate({ axis: 3 }), a, a)).rejects.toThrow(ShapeError);
    await expect(merged(concatenate(), a, counting([2, 5, 4]))).rejects.toThrow(
      /\[2, 3, 4\] and \[2, 5, 4\]/,
    );
    expect(() => concatenate({ axis: 0.5 })).toThrow(OptionError);
  });
});

describe('gradients', () => {
  type Layer = ReturnType<typeof add>;
  const check = (layer: Layer, shapes: number[][], masked = false) =>
    checkGradients({
      build(b: Builder) {
        const inputs = shapes.map((shape, i) => b.input(`x${i}`, shape, { differentiable: true }));
        if (masked) {
          inputs.forEach((x, i) => {
            const mask = b.input(`mask${i}`, x.shape.slice(0, 2), { dtype: 'u32' });
            b.setMask(x, mask);
          });
        }
        return { inputs, outputs: [layer.build(b, ...inputs) as Tensor] };
      },
      inputs: { mask0: [1, 0, 1, 0, 1, 1], mask1: [1, 1, 0, 0, 0, 1] },
    });
  const layers: [string, Layer][] = [
    ['add', add()],
    ['subtract', subtract()],
    ['multiply', multiply()],
    ['average', average()],
    ['maximum', maximum()],
    ['minimum', minimum()],
    ['concatenate', concatenate()],
    ['concatenate over time', concatenate({ axis: 1 })],
  ];
  for (const [name, layer] of layers) {
    test(name, () =>
      check(layer, [
        [3, 2, 4],
        [3, 2, 4],
      ]),
    );
    test(`${name} with masks`, () =>
      check(
        layer,
        [
          [3, 2, 4],
          [3, 2, 4],
        ],
        true,
      ));
  }
  test('repeated operands', async () => {
    await check(add(), [
      [3, 2, 4],
      [2, 4],
    ]);
    await check(multiply(), [
      [3, 2, 4],
      [3, 2, 1],
    ]);
    await check(multiply(), [
      [3, 2, 4, 5],
      [2, 5],
    ]);
    await check(maximum(), [
      [2, 4],
      [3, 2, 4],
    ]);
  });
  test('one tensor as both operands', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [3, 2], { differentiable: true });
        return { inputs: [x], outputs: [multiply().build(b, x, x), concatenate().build(b, x, x)] };
      },
    }));
});
