// A dense layer under a cross entropy in parts: the same gradients, losses and refusals as whole, without the logits in memory.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters as ModelParameters } from '../../src/core/parameters.ts';
import type { Plan } from '../../src/core/plan.ts';
import { random } from '../../src/core/random.ts';
import { sizeOf, type Tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import { type DenseOptions, dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { evaluator } from '../../src/training/evaluation.ts';
import { generator } from '../../src/training/generation.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import {
  categoricalCrossentropy,
  crossEntropyRows,
  type SparseCrossEntropyOptions,
  sparseCategoricalCrossentropy,
} from '../../src/training/losses.ts';
import { type MetricState, metric } from '../../src/training/metrics.ts';
import { adam } from '../../src/training/optimizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const T = 5;
const N = 3;
const D = 4;
const V = 7;
const M = T * N;

/** Logits of 15 rows of 28 bytes: in parts of 4 rows, the last of 3. */
const inParts: Partial<Limits> = { wholeBytes: 4 * 4 * V };

const labels = Array.from({ length: M }, (_, i) => (i === 6 ? 99 : (i * 3) % V));
const mask = Array.from({ length: M }, (_, i) => (i % 4 === 1 ? 0 : 1));
const rowWeight = Array.from({ length: M }, (_, i) => 0.25 + (i % 5));
const targets = Array.from({ length: M * V }, (_, i) => ((i * 7) % 11) / 30);
const classWeight = Array.from({ length: V }, (_, i) => 0.5 + i);
const given = { labels, mask, 'row weight': rowWeight, targets };

const input = (b: Builder): Tensor => b.input('x', [T, N, D], { differentiable: true });
const labelInput = (b: Builder): Tensor => b.input('labels', [T, N], { dtype: 'u32' });
const head = (b: Builder, x: Tensor, more: Partial<DenseOptions> = {}) =>
  b.scope('dense', () => dense({ units: V, biasInitializer: 'randomNormal', ...more }).build(b, x));

/** The tensors of a plan that are as large as all logits. */
const whole = (plan: Plan) =>
  plan.roots
    .filter((t) => sizeOf(t.shape) >= M * V && (t.role === 'activation' || t.role === 'scratch'))
    .map((t) => t.name);
const build = (
  body: Parameters<typeof buildPlan>[1],
  { training = true, limits = inParts }: { training?: boolean; limits?: Partial<Limits> } = {},
): Plan =>
  buildPlan(
    { name: 'parts', limits: { ...defaultLimits, ...limits }, parameters: new ModelParameters(), training },
    body,
  );
describe('gradients by differences, in parts', () => {
  const options: Record<string, SparseCrossEntropyOptions> = {
    plain: {},
    sum: { reduction: 'sum' },
    everything: { ignoreClass: 2, classWeight, labelSmoothing: 0.1 },
    'logits kept': { keepLogits: true },
  };
  for (const [name, it] of Object.entries(options)) {
    test(`labels, ${name}`, () =>
      checkGradients({
        inputs: given,
        limits: inParts,
        build(b) {
          const x = input(b);
          return { loss: crossEntropyRows(b, head(b, x), labelInput(b), it).loss, inputs: [x] };
        },
      }));
  }

  test('distributions', () =>
    checkGradients({
      inputs: given,
      limits: inParts,
      build(b) {
        const x = input(b);
        const goal = b.input('targets', [T, N, V]);
        const loss = categoricalCrossentropy({ labelSmoothing: 0.1 })(b, head(b, x), goal);
        return { loss, inputs: [x] };
      },
    }));

  test('row weights and a mask', () =>
    checkGradients({
      inputs: given,
      limits: inParts,
      build(b) {
        const x = input(b);
        b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
        const weights = b.input('row weight', [T, N]);
        const { loss } = crossEntropyRows(b, head(b, x), labelInput(b), { rowWeight: weights });
        return { loss, inputs: [x] };
      },
    }));

  test('without a bias, below a reshaping view, from a view that starts within its storage', () =>
    checkGradients({
      inputs: { labels },
      limits: inParts,
      build(b) {
        const x = b.input('x', [T + 1, N, D], { differentiable: true });
        const y = head(b, b.view(x, N * D, [T, N, D]), { useBias: false });
        const flat = b.view(labelInput(b), 0, [M]);
        return { loss: sparseCategoricalCrossentropy()(b, b.view(y, 0, [M, V]), flat), inputs: [x] };
      },
    }));

  test('a tied kernel', () =>
    checkGradients({
      inputs: { labels, 'embedding/ids': labels.map((id) => id % V) },
      limits: inParts,
      build(b) {
        const table = embedding({ inputDim: V, outputDim: D });
        const x = b.scope('embedding', () => table.build(b, b.input('ids', [T, N], { dtype: 'u32' })));
        const y = head(b, applyActivation(b, x, 'tanh'), { tieTo: table });
        return { loss: sparseCategoricalCrossentropy()(b, y, labelInput(b)) };
      },
    }));

  test('two losses, an activation and another dense layer over one prediction', () =>
    checkGradients({
      inputs: given,
      limits: inParts,
      build(b) {
        const x = input(b);
        const y = head(b, x);
        const losses = [
          sparseCategoricalCrossentropy({ keepLogits: true })(b, y, labelInput(b)),
          categoricalCrossentropy({ keepLogits: true })(b, y, b.input('targets', [T, N, V])),
        ];
        const other = b.scope('other', () => dense({ units: 3 }).build(b, y));
        return { losses, outputs: [applyActivation(b, y, 'softmax'), other], inputs: [x] };
      },
    }));

  test('other users of the layer below, before and after', () =>
    checkGradients({
      inputs: given,
      limits: inParts,
      build(b) {
        const x = input(b);
        const h = b.scope('h', () => dense({ units: D, activation: 'tanh' }).build(b, x));
        const before = b.scope('before', () => dense({ units: 2 }).build(b, h));
        const loss = sparseCategoricalCrossentropy()(b, head(b, h), labelInput(b));
        const after = applyActivation(b, h, 'tanh');
        return { loss, outputs: [before, after], inputs: [x] };
      },
    }));
});

describe('what a plan stores', () => {
  const loss = (b: Builder) => sparseCategoricalCrossentropy()(b, head(b, input(b)), labelInput(b));

  test('logits above the bound nowhere, those below it as ever', () => {
    for (const training of [true, false]) {
      const body = (b: Builder) => {
        const it = loss(b);
        if (training) b.backward();
        return { loss: it };
      };
      expect(whole(build(body, { training }))).toEqual([]);
      expect(whole(build(body, { training, limits: {} }))).toEqual(['dense/y']);
    }
  });

  test('logits that something else reads, whole', () => {
    const read = build((b) => {
      const y = head(b, input(b));
      const loss = sparseCategoricalCrossentropy({ keepLogits: true })(b, y, labelInput(b));
      applyActivation(b, y, 'tanh');
      b.backward();
      return { loss };
    });
    expect(whole(read)).toContain('dense/y');
  });

  test('predictions without a loss, whole, whether something reads them or not', async () => {
    const backend = cpu({ limits: inParts });
    let y!: Tensor;
    const plan = buildPlan(
      { name: 'predict', limits: backend.limits, parameters: new ModelParameters() },
      (b) => {
        y = head(b, input(b));
      },
    );
    const executable = await backend.load(plan);
    backend.write(plan.inputs.x, new Float32Array(T * N * D).fill(1));
    executable.run();
    expect((await backend.read(y)).some((value) => value !== 0)).toBe(true);
  });

  test('logits that a plan without backward steps reads after the loss, whole', async () => {
    const backend = cpu({ limits: inParts });
    const plan = buildPlan(
      { name: 'evaluate', limits: backend.limits, parameters: new ModelParameters() },
      (b) => {
        const y = head(b, input(b));
        const { rows } = crossEntropyRows(b, y, labelInput(b));
        return { rows, probabilities: applyActivation(b, y, 'softmax') };
      },
    );
    const executable = await backend.load(plan);
    const next = random(1, 'x');
    backend.write(
      plan.inputs.x,
      Float64Array.from({ length: T * N * D }, () => next.normal()),
    );
    backend.write(plan.inputs.labels, labels);
    executable.run();
    const rows = await backend.read(plan.outputs.rows);
    const probabilities = await backend.read(plan.outputs.probabilities);
    for (const [i, label] of labels.entries()) {
      expect(rows[i]).toBeCloseTo(label < V ? -Math.log(probabilities[i * V + label]) : 0, 5);
    }
  });

  test('who reads them after a loss that has taken them is refused, as with logits that are whole', () => {
    for (const limits of [inParts, {}]) {
      expect(() =>
        build(
          (b) => {
            const y = head(b, input(b));
            sparseCategoricalCrossentropy()(b, y, labelInput(b));
            applyActivation(b, y, 'tanh');
          },
          { limits },
        ),
      ).toThrow(/reads dense\/y \[5, 3, 7\], which the loss has overwritten.*keepLogits: true/);
    }
  });

  test('metrics before a loss have the logits in parts too', async () => {
    const measured = async (limits: object) => {
      const backend = cpu({ precision: 'f64', limits });
      const results: MetricState[] = [];
      const plan = buildPlan(
        {
          name: 'measured',
          limits: backend.limits,
          parameters: new ModelParameters({ seed: 2 }),
          training: true,
        },
        (b) => {
          const y = head(b, input(b));
          const target = labelInput(b);
          for (const name of ['accuracy', 'perplexity']) results.push(metric(name).build(b, y, target));
          sparseCategoricalCrossentropy()(b, y, target);
          b.backward();
        },
      );
      const executable = await backend.load(plan);
      for (const t of Object.values(plan.inputs)) {
        const values = given[t.name as keyof typeof given];
        backend.write(t, values ?? Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => Math.sin(2 * i)));
      }
      executable.run();
      return {
        whole: whole(plan).includes('dense/y'),
        results: await Promise.all(
          results.map(async ({ state, result }) => result(await backend.read(state))),
        ),
      };
    };
    const [some, all] = [await measured(inParts), await measured({})];
    expect([some.whole, all.whole]).toEqual([false, true]);
    some.results.forEach((value, i) => {
      expect(value).toBeCloseTo(all.results[i], 10);
    });
    expect(all.results[0]).toBeGreaterThan(0);
  });

  test('distributions that no device can bind, in parts; logits that must be whole are refused with their shape', () => {
    const limits = { wholeBytes: 4 * 128 * V, bindingBytes: 4 * 128 * V };
    const rows = 4096;
    const body = (activation: DenseOptions['activation']) => (b: Builder) => {
      const x = b.input('x', [rows, 1], { differentiable: true });
      const y = head(b, x, activation ? { activation } : {});
      categoricalCrossentropy()(b, y, b.input('targets', [rows, V]));
    };
    // x [4096, 1] itself may be as large as a binding here.
    expect(4 * rows).toBeGreaterThan(limits.bindingBytes);
    const fits = { ...limits, bindingBytes: 4 * rows };
    expect(() => build(body(undefined), { limits: fits })).not.toThrow();
    expect(() => build(body('tanh'), { limits: fits })).toThrow(/dense\/y \[4096, 7\] is larger than/);
  });
});

describe('a language model in parts', () => {
  const vocabularySize = 11;
  const tokens = Uint32Array.from({ length: 400 }, (_, i) => (i * i + (i >> 2)) % vocabularySize);
  const config = { vocabularySize, layers: 1, units: 8, embedding: 8, dropout: 0 } as const;
  const models = {
    lstm: languageModel({ ...config, cell: 'lstm', tieWeights: false }),
    'gru, tied': languageModel({ ...config, cell: 'gru', tieWeights: true }),
  };
  // 4 streams of 6 steps: parts of at most 5 rows.
  const bounds: Partial<Limits> = { wholeBytes: 4 * 5 * vocabularySize };

  for (const [name, model] of Object.entries(models)) {
    test(`${name}: trains, evaluates and writes as with whole logits`, async () => {
      const run = async (limits: Partial<Limits>) => {
        const backend = cpu({ precision: 'f64', limits });
        const optimizer = adam({ learningRate: 0.02, globalClipNorm: 1 });
        const trainer = await languageTrainer({ model, backend, tokens, batch: 4, window: 6, optimizer });
        await trainer.train({ steps: 8 });
        const { parameters } = trainer;
        const measure = await evaluator({ model, backend, parameters, batch: 3, window: 7 });
        const writer = await generator({ model, backend, parameters });
        return {
          loss: (await trainer.readLoss()).loss,
          weights: await backend.read(parameters.arena),
          evaluated: await measure.evaluate(tokens.subarray(0, 100)),
          text: [...(await writer.generate({ prime: [1, 2], length: 20, seed: 3 }))],
          plan: trainer.plan,
        };
      };
      const parts = await run(bounds);
      const once = await run({});
      // Four more parts: product, loss, two products back, and a column sum where that is not the product's own.
      const each = name.endsWith('tied') ? 5 : 4;
      expect(parts.plan.counts().dispatches).toBe(once.plan.counts().dispatches + 4 * each);
      expect(parts.loss).toBeCloseTo(once.loss, 12);
      expect(parts.evaluated.loss).toBeCloseTo(once.evaluated.loss, 12);
      expect(parts.evaluated.perplexity).toBeCloseTo(once.evaluated.perplexity, 10);
      expect(parts.text).toEqual(once.text);
      expect(parts.weights.length).toBe(once.weights.length);
      for (const [i, weight] of parts.weights.entries()) expect(weight).toBeCloseTo(once.weights[i], 10);
    });
  }

  test('a vocabulary of 10000 words keeps its activations small', () => {
    const [steps, batch, words, units] = [64, 64, 10_000, 64];
    const model = languageModel({
      vocabularySize: words,
      cell: 'lstm',
      layers: 1,
      units,
      embedding: units,
      dropout: 0,
      tieWeights: false,
    });
    const plan = build(
      (b) => {
        const ids = b.input('ids', [steps, batch], { dtype: 'u32' });
        const next = b.input('labels', [steps, batch], { dtype: 'u32' });
        const loss = sparseCategoricalCrossentropy()(b, model.build(b, ids), next);
        b.backward();
        return { loss };
      },
      { limits: {} },
    );
    const logits = plan.roots.filter((t) => t.shape.at(-1) === words && t.role === 'scratch');
    // 4096 rows in three parts of 1408 rows, of 53.7 MiB, where all of them would take 156 MiB.
    expect(logits.map((t) => [t.name, t.shape])).toEqual([['cross_entropy/logits', [1408, words]]]);
    // Products share what they add slices in.
    const others = plan.roots.filter(
      (t) => (t.role === 'activation' || t.role === 'scratch') && !/slices$/.test(t.name),
    );
    const floats = others.reduce((sum, t) => sum + sizeOf(t.shape), 0);
    expect(floats).toBeLessThan(1408 * words + steps * batch * 11 * units);
    expect(plan.memory().total).toBeLessThan(4 * steps * batch * words);
  });
});
