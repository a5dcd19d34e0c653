// Losses that a user composes: one number or one for each row, their weights, masks and gradients, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { multiplied, subtracted } from '../../src/layers/operations.ts';
import { mean, rowMeans } from '../../src/layers/reductions.ts';
import type { Loss } from '../../src/training/losses/loss.ts';
import { meanSquaredError } from '../../src/training/losses/values.ts';
import { emitOwnLoss } from '../../src/training/own_loss.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const [T, N, D] = [3, 4, 2];
const x = Array.from({ length: T * N * D }, (_, i) => Math.sin(1.3 * i + 0.4));
const y = x.map((_, i) => Math.cos(3 * i));
const mask = [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1];
const weights = [1, 0.5, 2, 3];

const squares = (b: Builder, a: Tensor, c: Tensor): Tensor => {
  const difference = subtracted(b, a, c);
  return multiplied(b, difference, difference);
};
const ofRows: Loss = (b, a, c) => rowMeans(b, squares(b, a, c));
const ofAll: Loss = (b, a, c) => mean(b, squares(b, a, c));

interface Given {
  masked?: boolean;
  weighted?: boolean;
  weight?: number;
}

function declare(b: Builder, { masked, weighted }: Given) {
  const prediction = b.input('x', [T, N, D], { differentiable: true });
  const target = b.input('y', [T, N, D]);
  const m = masked ? b.input('mask', [T, N], { dtype: 'u32' }) : undefined;
  if (m) b.setMask(prediction, m);
  const sampleWeight = weighted ? b.input('weights', [N]) : undefined;
  return { prediction, target, m, sampleWeight, sums: b.state('sums', [2]) };
}

/** The loss and the sums of an evaluation in f64. */
async function measured(loss: Loss, given: Given = {}): Promise<{ loss: number; sums: number[] }> {
  const backend = cpu({ precision: 'f64' });
  let made!: ReturnType<typeof declare>;
  let value!: Tensor;
  const limits = backend.limits;
  const plan = buildPlan({ name: 'own', limits, parameters: new Parameters({ seed: 1 }) }, (b) => {
    made = declare(b, given);
    const { prediction, target, sampleWeight, sums } = made;
    const options = { sampleWeight, weight: given.weight ?? 1, sums, batch: N };
    value = emitOwnLoss(b, loss, prediction, target, options);
  });
  const executable = await backend.load(plan);
  backend.write(made.prediction, x);
  backend.write(made.target, y);
  if (made.m) backend.write(made.m, mask);
  if (made.sampleWeight) backend.write(made.sampleWeight, weights);
  executable.run();
  const [read, sums] = [await backend.read(value), await backend.read(made.sums)];
  return { loss: read[0], sums: Array.from(sums) };
}

/** Keras: Σ rows·weight·mask / number of rows that count. */
function expected({ masked, weighted, weight = 1 }: Given): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < T * N; row++) {
    if (masked && mask[row] === 0) continue;
    let value = 0;
    for (let k = row * D; k < (row + 1) * D; k++) value += (x[k] - y[k]) ** 2 / D;
    sum += value * (weighted ? weights[row % N] : 1);
    count++;
  }
  return (weight * sum) / count;
}

const ways: Record<string, Given> = {
  plain: {},
  masked: { masked: true },
  weighted: { weighted: true },
  'masked and weighted, of an output that counts less': { masked: true, weighted: true, weight: 0.3 },
};

describe('one number for each row', () => {
  for (const [name, given] of Object.entries(ways)) {
    test(`${name}: as Keras reduces them`, async () => {
      const { loss, sums } = await measured(ofRows, given);
      expect(loss).toBeCloseTo(expected(given), 12);
      expect(sums[0] / sums[1]).toBeCloseTo(expected(given), 12);
    });

    test(`${name}: gradients`, () =>
      checkGradients({
        inputs: { x, y, ...(given.masked && { mask }), ...(given.weighted && { weights }) },
        build(b) {
          const { prediction, target, sampleWeight, sums } = declare(b, given);
          const options = { sampleWeight, weight: given.weight ?? 1, sums, batch: N };
          return { loss: emitOwnLoss(b, ofRows, prediction, target, options), inputs: [prediction] };
        },
      }));
  }

  test('a last axis of 1 may stay, and rows of a matrix are samples', () =>
    checkGradients({
      build(b) {
        const prediction = b.input('x', [5, 1], { differentiable: true });
        const options = {
          sampleWeight: b.input('weights', [5]),
          weight: 1,
          sums: b.state('sums', [2]),
          batch: 5,
        };
        return {
          loss: emitOwnLoss(b, squares, prediction, b.input('y', [5, 1]), options),
          inputs: [prediction],
        };
      },
    }));

  test('a loss of the library inside keeps its mask', async () => {
    const { loss } = await measured((b, a, c) => meanSquaredError()(b, a, c), { masked: true });
    expect(loss).toBeCloseTo(expected({ masked: true }), 12);
  });
});

test('one number is the loss of the batch, and gets its weight in the sums of an evaluation', async () => {
  const { loss, sums } = await measured(ofAll, { weight: 0.5 });
  expect(loss).toBeCloseTo(expected({}), 12);
  expect(sums[0] / sums[1]).toBeCloseTo(0.5 * expected({}), 12);
});

test('what is refused', async () => {
  await expect(measured(ofAll, { weighted: true })).rejects.toThrow(
    /one number \[1\] cannot count rows by sample weights: return one number for each row, \[4, 3\].*rowMeans/,
  );
  await expect(measured(ofAll, { masked: true })).rejects.toThrow(
    /cannot count rows by a mask: return one number/,
  );
  await expect(measured((b, a, c) => meanSquaredError()(b, a, c), { weighted: true })).rejects.toThrow(
    /by sample weights/,
  );
  await expect(measured(squares)).rejects.toThrow(
    /one for each row \[4, 3\] of the prediction \[4, 3, 2\], got/,
  );
  for (const nothing of [undefined, 3, meanSquaredError]) {
    await expect(measured((() => nothing) as unknown as Loss)).rejects.toThrow(
      /\[loss\] a loss is a function \(b, prediction, target\) that returns a tensor.*call it, meanSquaredError\(\)/,
    );
  }
});
