// Cross entropy through plans: gradients of every option by differences, what counts, what is overwritten, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { addInto } from '../../src/kernels/sum_slices.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import {
  type CrossEntropyOptions,
  categoricalCrossentropy,
  crossEntropyRows,
  type SparseCrossEntropyOptions,
  sparseCategoricalCrossentropy,
} from '../../src/training/losses.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const T = 3;
const N = 4;
const V = 5;

/** Row 5 has the label 2, that some cases ignore; row 7 has a label that is none. */
const labels = [0, 4, 1, 3, 3, 2, 0, 4294967196, 1, 2, 4, 0];
const classWeight = [0.5, 2, 1, 0.25, 3];
const rowWeight = Float64Array.from({ length: T * N }, (_, i) => 0.25 + (i % 5));
const targets = Float64Array.from({ length: T * N * V }, (_, i) => ((i * 7) % 11) / 20);

const logitsInput = (b: Builder): Tensor => b.input('x', [T, N, V], { differentiable: true });
const labelInput = (b: Builder): Tensor => b.input('labels', [T, N], { dtype: 'u32' });

const common: Record<string, CrossEntropyOptions> = {
  plain: {},
  sum: { reduction: 'sum' },
  'class weights': { classWeight },
  'class weights, sum': { classWeight, reduction: 'sum' },
  'label smoothing': { labelSmoothing: 0.2 },
  'label smoothing and class weights': { labelSmoothing: 0.3, classWeight },
  'nothing but smoothing': { labelSmoothing: 1 },
  'logits kept': { keepLogits: true },
};
const sparse: Record<string, SparseCrossEntropyOptions> = {
  ...common,
  'an ignored class': { ignoreClass: 2 },
  'a negative ignored class': { ignoreClass: -100 },
  everything: { ignoreClass: 2, classWeight, labelSmoothing: 0.1 },
};

describe('gradients by differences', () => {
  for (const [name, options] of Object.entries(sparse)) {
    test(`labels, ${name}`, () =>
      checkGradients({
        inputs: { labels },
        build(b) {
          const x = logitsInput(b);
          // The activation's output is overwritten by the gradient.
          const prediction = applyActivation(b, x, 'softsign');
          return { loss: crossEntropyRows(b, prediction, labelInput(b), options).loss, inputs: [x] };
        },
      }));
  }

  for (const [name, options] of Object.entries(common)) {
    test(`distributions, ${name}`, () =>
      checkGradients({
        inputs: { targets },
        build(b) {
          const x = logitsInput(b);
          const prediction = applyActivation(b, x, 'softsign');
          const goal = b.input('targets', [T, N, V]);
          return { loss: crossEntropyRows(b, prediction, goal, options).loss, inputs: [x] };
        },
      }));
  }

  for (const reduction of ['mean', 'sum'] as const) {
    test(`row weights, ${reduction}`, () =>
      checkGradients({
        inputs: { labels, 'row weight': rowWeight },
        build(b) {
          const x = logitsInput(b);
          const weight = b.input('row weight', [T, N]);
          const options = { reduction, rowWeight: weight, classWeight };
          return { loss: crossEntropyRows(b, x, labelInput(b), options).loss, inputs: [x] };
        },
      }));
  }

  test('a prediction with a mask', () =>
    checkGradients({
      inputs: { labels, mask: [1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1] },
      build(b) {
        const x = logitsInput(b);
        b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
        const prediction = applyActivation(b, x, 'softsign');
        return { loss: sparseCategoricalCrossentropy()(b, prediction, labelInput(b)), inputs: [x] };
      },
    }));

  test('a view of a larger tensor', () =>
    checkGradients({
      inputs: { labels },
      build(b) {
        const x = b.input('x', [T + 1, N, V], { differentiable: true });
        const prediction = b.view(x, N * V, [T, N, V]);
        return { loss: sparseCategoricalCrossentropy()(b, prediction, labelInput(b)), inputs: [x] };
      },
    }));

  test('a prediction that something else uses as well', () =>
    checkGradients({
      inputs: { labels },
      build(b) {
        const x = logitsInput(b);
        const prediction = applyActivation(b, x, 'softsign');
        const squashed = applyActivation(b, prediction, 'logSoftmax');
        const loss = sparseCategoricalCrossentropy({ keepLogits: true })(b, prediction, labelInput(b));
        return { outputs: [squashed], loss, inputs: [x] };
      },
    }));

  test('two losses of one prediction', () =>
    checkGradients({
      inputs: { labels, targets },
      build(b) {
        const x = logitsInput(b);
        const prediction = applyActivation(b, x, 'softsign');
        const first = sparseCategoricalCrossentropy({ keepLogits: true })(b, prediction, labelInput(b));
        const second = categoricalCrossentropy()(b, prediction, b.input('targets', [T, N, V]));
        addInto(b, first, second);
        return { loss: second, inputs: [x] };
      },
    }));
});

/** Runs a plan on the CPU in f64 and reads tensors after it. */
async function run(
  training: boolean,
  body: (b: Builder) => { outputs: Record<string, Tensor>; inputs: [Tensor, ArrayLike<number>][] },
  times = 1,
): Promise<Record<string, number[]>> {
  const backend = cpu({ precision: 'f64' });
  const inputs: [Tensor, ArrayLike<number>][] = [];
  const options = { name: 'loss', limits: backend.limits, parameters: new Parameters(), training };
  const plan = buildPlan(options, (b) => {
    const built = body(b);
    inputs.push(...built.inputs);
    if (training) b.backward();
    return built.outputs;
  });
  const executable = await backend.load(plan);
  for (const [t, values] of inputs) backend.write(t, values);
  for (let i = 0; i < times; i++) executable.run();
  const read: Record<string, number[]> = {};
  for (const [name, t] of Object.entries(plan.outputs)) read[name] = Array.from(await backend.read(t));
  return read;
}

const logits = Array.from({ length: T * N * V }, (_, i) => Math.sin(3 * i));

/** Losses of labels over logits that are an activation of the plan, read beside the logits themselves. */
function onActivation(b: Builder, options: SparseCrossEntropyOptions, given: ArrayLike<number> = labels) {
  const x = b.input('x', [T, N, V]);
  const target = labelInput(b);
  const prediction = b.activation('prediction', [T, N, V]);
  b.copy(x, prediction);
  const { loss, rows, total } = crossEntropyRows(b, prediction, target, options);
  return {
    outputs: { loss, rows, total, prediction },
    inputs: [
      [x, logits],
      [target, given],
    ] as [Tensor, ArrayLike<number>][],
  };
}

describe('what counts', () => {
  test('the mean is divided by the rows that count, and by the weights of their labels', async () => {
    const counted = await run(false, (b) => onActivation(b, { ignoreClass: 2 }));
    expect(counted.total).toEqual([9]);
    expect(counted.rows.filter((value) => value === 0).length).toBe(3);
    expect(counted.loss[0]).toBeCloseTo(counted.rows.reduce((a, c) => a + c, 0) / 9, 12);
    const weighted = await run(false, (b) => onActivation(b, { ignoreClass: 2, classWeight }));
    const weights = labels.filter((label) => label < V && label !== 2).map((label) => classWeight[label]);
    expect(weighted.total[0]).toBeCloseTo(
      weights.reduce((a, c) => a + c, 0),
      12,
    );
  });

  test('the row of a plain loss is minus the logarithm of the softmax', async () => {
    const { rows } = await run(false, (b) => onActivation(b, {}));
    const sum = logits.slice(0, V).reduce((a, x) => a + Math.exp(x), 0);
    expect(rows[0]).toBeCloseTo(-Math.log(Math.exp(logits[labels[0]]) / sum), 12);
  });

  test('with nothing left, the loss and the gradient are 0', async () => {
    const none = new Array(T * N).fill(2);
    const { loss, total, prediction } = await run(true, (b) => onActivation(b, { ignoreClass: 2 }, none));
    expect(loss).toEqual([0]);
    expect(total).toEqual([0]);
    expect(prediction.every((value) => value === 0)).toBe(true);
  });

  test('running sums give the mean of several runs', async () => {
    const { sums, loss, total } = await run(
      true,
      (b) => {
        const sums = b.state('sums', [2]);
        const built = onActivation(b, { sums });
        return { ...built, outputs: { ...built.outputs, sums } };
      },
      3,
    );
    expect(sums[1]).toBe(3 * total[0]);
    expect(sums[0] / sums[1]).toBeCloseTo(loss[0], 12);
  });
});

describe('what is overwritten', () => {
  test('nothing in a plan without backward steps', async () => {
    const { prediction } = await run(false, (b) => onActivation(b, {}));
    expect(prediction).toEqual(logits);
  });

  test('the logits of a training plan, by their gradient', async () => {
    const { prediction } = await run(true, (b) => onActivation(b, {}));
    const kept = await run(true, (b) => {
      const built = onActivation(b, { keepLogits: true });
      const { prediction } = built.outputs;
      const gradient = b.activation('gradient', prediction.shape);
      b.onEnd(() => b.copy(b.gradOf(prediction)!, gradient));
      return { ...built, outputs: { ...built.outputs, gradient } };
    });
    expect(kept.prediction).toEqual(logits);
    expect(prediction).toEqual(kept.gradient);
  });
});

describe('what is refused', () => {
  const build = (body: (b: Builder) => void) =>
    buildPlan({ name: 'refused', limits: cpu().limits, parameters: new Parameters(), training: true }, body);

  test('options out of range', () => {
    const made = (options: object) => () =>
      build((b) => void crossEntropyRows(b, logitsInput(b), labelInput(b), options));
    expect(made({ labelSmoothing: 1.5 })).toThrow(/from 0 to 1, got 1.5/);
    expect(made({ labelSmoothing: Number.NaN })).toThrow(OptionError);
    expect(made({ reduction: 'none' })).toThrow(/'mean', 'sum' or 'sumOverBatchSize', got none/);
    expect(made({ ignoreClass: 0.5 })).toThrow(/32-bit integer/);
    expect(made({ ignoreClass: 2 ** 32 })).toThrow(OptionError);
    expect(made({ classWeight: [1, -1] })).toThrow(/class weight must be a number from 0 on, got -1/);
    expect(made({ classWeight: [1, Number.NaN] })).toThrow(OptionError);
  });

  test('tensors that do not fit', () => {
    const loss = sparseCategoricalCrossentropy();
    expect(() => build((b) => void loss(b, logitsInput(b), b.input('y', [N, T], { dtype: 'u32' })))).toThrow(
      /expected \[3, 4\], got \[4, 3\]/,
    );
    expect(() => build((b) => void loss(b, logitsInput(b), b.input('y', [T, N])))).toThrow(
      /labels as u32, got f32/,
    );
    expect(() => build((b) => void categoricalCrossentropy()(b, logitsInput(b), labelInput(b)))).toThrow(
      /targets as f32, got u32/,
    );
    expect(() =>
      build((b) => {
        crossEntropyRows(b, logitsInput(b), labelInput(b), { classWeight: [1, 2] });
      }),
    ).toThrow(/classWeight expected \[5\] = \[V\], got \[2\]/);
    expect(() =>
      build((b) => {
        const sums = b.state('sums', [3]);
        crossEntropyRows(b, logitsInput(b), labelInput(b), { sums });
      }),
    ).toThrow(/sums\] expected \[2\], got \[3\]/);
  });

  test('a second loss over logits that the first has overwritten', () => {
    expect(() =>
      build((b) => {
        const prediction = b.activation('prediction', [T, N, V]);
        const target = labelInput(b);
        sparseCategoricalCrossentropy()(b, prediction, target);
        sparseCategoricalCrossentropy()(b, prediction, target);
      }),
    ).toThrow(ShapeError);
  });
});
