// Dropout: how many elements it keeps, that the mean stays, when the choice changes, gradients, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { dropout } from '../../src/layers/dropout.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const COUNT = 100_000;

/** Outputs of `layers` over ones, for each of some runs. */
async function runs(
  layers: (b: Builder, x: Tensor) => Tensor[],
  { times = 1, seed = 1, training = true } = {},
): Promise<Float64Array[][]> {
  const backend = cpu({ precision: 'f64' });
  let x!: Tensor;
  const options = { name: 'dropout', limits: backend.limits, parameters: new Parameters(), training };
  const plan = buildPlan(options, (b) => {
    x = b.input('x', [COUNT]);
    return Object.fromEntries(layers(b, x).map((y, i) => [`y${i}`, y]));
  });
  const executable = await backend.load(plan);
  backend.write(x, new Float64Array(COUNT).fill(1));
  if (plan.states.clock) backend.write(plan.states.clock, [0, 0, seed, 0]);
  const results: Float64Array[][] = [];
  for (let i = 0; i < times; i++) {
    executable.run();
    results.push(
      await Promise.all(
        Object.values(plan.outputs).map(async (t) => Float64Array.from(await backend.read(t))),
      ),
    );
  }
  return results;
}

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, c) => a + c, 0) / values.length;
const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).filter((value, i) => (value === 0) === (b[i] === 0)).length / a.length;

describe('in training', () => {
  // Five standard deviations of the kept fraction.
  for (const rate of [0.05, 0.3, 0.5, 0.9]) {
    test(`rate ${rate}: keeps 1 - rate of the elements, and their mean`, async () => {
      const [[y]] = await runs((b, x) => [dropout({ rate }).build(b, x)]);
      const allowed = 5 * Math.sqrt((rate * (1 - rate)) / COUNT);
      expect(Math.abs(mean(y.map((value) => (value === 0 ? 0 : 1))) - (1 - rate))).toBeLessThan(allowed);
      expect(Math.abs(mean(y) - 1)).toBeLessThan(allowed / (1 - rate));
      expect(Math.max(...new Set(y)) * (1 - rate)).toBeCloseTo(1, 6);
      expect(new Set(y).size).toBe(2);
    });
  }

  test('neighbours are independent of each other', async () => {
    const [[y]] = await runs((b, x) => [dropout({ rate: 0.5 }).build(b, x)]);
    for (const distance of [1, 2, 64, 1000]) {
      expect(Math.abs(same(y.subarray(0, COUNT - distance), y.subarray(distance)) - 0.5)).toBeLessThan(0.01);
    }
  });

  test('runs, seeds and layers choose differently, and the same seed alike', async () => {
    const layer = dropout({ rate: 0.5 });
    const twice = (b: Builder, x: Tensor) => [layer.build(b, x), layer.build(b, x)];
    const [[first, secondLayer], [nextRun]] = await runs(twice, { times: 2 });
    const [[otherSeed]] = await runs(twice, { seed: 2 });
    const [[again]] = await runs(twice);
    for (const other of [secondLayer, nextRun, otherSeed]) {
      expect(Math.abs(same(first, other) - 0.5)).toBeLessThan(0.01);
    }
    expect(again).toEqual(first);
  });
});

test('the gradient goes through the kept elements alone', () =>
  checkGradients({
    build(b) {
      const x = b.input('x', [4, 3, 5], { differentiable: true });
      const part = b.view(x, 15, [3, 3, 5]);
      const outputs = [dropout({ rate: 0.4 }).build(b, x), dropout({ rate: 0.2 }).build(b, part)];
      return { outputs, inputs: [x] };
    },
  }));

test('outside training, and at rate 0, the input passes', () => {
  for (const [training, rate] of [
    [false, 0.5],
    [true, 0],
  ] as const) {
    buildPlan({ name: 'p', limits: cpu().limits, parameters: new Parameters(), training }, (b) => {
      const x = b.input('x', [3]);
      expect(dropout({ rate }).build(b, x)).toBe(x);
    });
  }
});

test('rates outside [0, 1) are refused', () => {
  for (const rate of [1, -0.1, Number.NaN]) expect(() => dropout({ rate })).toThrow(OptionError);
});
