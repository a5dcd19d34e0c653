// Compositions in which values, gradients and steps could get into each other's way.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError } from '../../src/core/errors.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters as ModelParameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { applyActivation } from '../../src/layers/activation.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { sequential } from '../../src/models/sequential.ts';
import { evaluator } from '../../src/training/evaluation.ts';
import { generator } from '../../src/training/generation.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import { sparseCategoricalCrossentropy } from '../../src/training/losses.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';

const labels = { labels: [1, 0, 3, 2, 1, 1] };
const inputs = (b: Builder) => ({
  x: b.input('x', [2, 3, 5], { differentiable: true }),
  target: b.input('labels', [2, 3], { dtype: 'u32' }),
});
const crossEntropy = sparseCategoricalCrossentropy();

describe('a loss beside other users of its logits', () => {
  const users: Record<string, (b: Builder, y: Tensor) => Tensor> = {
    'a dense layer': (b, y) => b.scope('other', () => dense({ units: 3 }).build(b, y)),
    'an LSTM': (b, y) => b.scope('other', () => lstm({ units: 2 }).build(b, y)),
    'an activation': (b, y) => applyActivation(b, y, 'tanh'),
  };
  for (const [name, use] of Object.entries(users)) {
    test(`${name} that was built before it`, () =>
      checkGradients({
        inputs: labels,
        build(b) {
          const { x, target } = inputs(b);
          const y = b.scope('main', () => dense({ units: 4 }).build(b, x));
          const z = use(b, y);
          return { loss: crossEntropy(b, y, target), outputs: [z], inputs: [x] };
        },
      }));

    test(`${name} that is built after it is refused`, () =>
      expect(
        checkGradients({
          inputs: labels,
          build(b) {
            const { x, target } = inputs(b);
            const y = b.scope('main', () => dense({ units: 4 }).build(b, x));
            const loss = crossEntropy(b, y, target);
            return { loss, outputs: [use(b, y)] };
          },
        }),
      ).rejects.toThrow(/which the loss has overwritten by its gradient/));
  }

  test('a softmax is not taken for logits: those behind it are taken', () =>
    checkGradients({
      inputs: labels,
      build(b) {
        const { x, target } = inputs(b);
        const y = dense({ units: 4, activation: 'softmax' }).build(b, x);
        return { loss: crossEntropy(b, y, target), inputs: [x] };
      },
    }));

  test('a logarithm of softmax that is taken for logits keeps its own values', () =>
    checkGradients({
      inputs: labels,
      build(b) {
        const { x, target } = inputs(b);
        const y = dense({ units: 4, activation: 'logSoftmax' }).build(b, x);
        return { loss: crossEntropy(b, y, target), inputs: [x] };
      },
    }));

  test('two losses over one stack of layers', () =>
    checkGradients({
      inputs: labels,
      build(b) {
        const { x, target } = inputs(b);
        const y = b.scope('first', () => dense({ units: 4 }).build(b, x));
        const z = b.scope('second', () => dense({ units: 4 }).build(b, y));
        const losses = [crossEntropy(b, z, target), crossEntropy(b, y, target)];
        return { losses, inputs: [x] };
      },
    }));
});

describe('steps settled at the start', () => {
  test('do not overtake a step that wrote before them', async () => {
    const backend = cpu();
    let y!: Tensor;
    const plan = buildPlan(
      { name: 'order', limits: defaultLimits, parameters: new ModelParameters() },
      (b) => {
        const start = b.input('start', [2, 3]);
        const state = b.state('state', [2, 3]);
        b.copy(start, state);
        const layer = simpleRNN({
          units: 3,
          activation: 'linear',
          kernelInitializer: 'zeros',
          recurrentInitializer: (shape) =>
            Float64Array.from({ length: shape[0] ** 2 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
        });
        y = layer.run(b, b.input('x', [1, 2, 2]), { initialState: [state] }).last;
      },
    );
    const executable = await backend.load(plan);
    backend.write(plan.inputs.start, [1, 2, 3, 4, 5, 6]);
    executable.run();
    expect([...(await backend.read(y))]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a GRU of any width copies its recurrent bias once, not at every step', () => {
    const copies = (units: number) => {
      const plan = buildPlan(
        { name: 'gru', limits: defaultLimits, parameters: new ModelParameters() },
        (b) => {
          gru({ units }).build(b, b.input('x', [50, 2, 3]));
        },
      );
      return plan.counts().copies;
    };
    expect(copies(64)).toBe(0);
    expect(copies(100)).toBe(1);
  });
});

describe('masks', () => {
  test('pass through an embedding and the layers above it', () => {
    buildPlan({ name: 'masks', limits: defaultLimits, parameters: new ModelParameters() }, (b) => {
      const ids = b.input('ids', [3, 2], { dtype: 'u32' });
      const mask = b.input('mask', [3, 2], { dtype: 'u32' });
      b.setMask(ids, mask);
      const x = embedding({ inputDim: 4, outputDim: 5 }).build(b, ids);
      expect(b.maskOf(x)).toBe(mask);
      const y = b.scope('lstm', () => lstm({ units: 2, returnSequences: true }).build(b, x));
      expect(b.maskOf(b.scope('out', () => dense({ units: 2 }).build(b, y)))).toBe(mask);
    });
  });
});

describe('what a language model must be', () => {
  const layers = (more: { stateful?: boolean; returnSequences?: boolean; known?: number }) =>
    sequential([
      embedding({ inputDim: more.known ?? 5, outputDim: 3 }),
      lstm({ units: 3, returnSequences: true, stateful: true }),
      lstm({ units: 3, returnSequences: more.returnSequences ?? true, stateful: more.stateful ?? true }),
      dense({ units: 5 }),
    ]);
  const tokens = Uint32Array.from({ length: 60 }, (_, i) => i % 5);
  const trainer = (model: ReturnType<typeof layers>, more: object = {}) =>
    languageTrainer({ model, backend: cpu(), tokens, batch: 2, window: 3, optimizer: sgd(), ...more });

  test('every recurrent layer carries its state, in training, evaluation and generation', async () => {
    const model = layers({ stateful: false });
    await expect(trainer(model)).rejects.toThrow(/\[lstm_1\] carries no state.*stateful: true/);
    const options = { model, backend: cpu(), parameters: new ModelParameters() };
    await expect(evaluator(options)).rejects.toThrow(OptionError);
    await expect(generator(options)).rejects.toThrow(OptionError);
  });

  test('a layer that carries a state stands in it once', async () => {
    const twice = lstm({ units: 3, returnSequences: true, stateful: true });
    const model = sequential([embedding({ inputDim: 5, outputDim: 3 }), twice, twice, dense({ units: 5 })]);
    await expect(trainer(model)).rejects.toThrow(
      /\[lstm\] carries its state from run to run .* stands in a model only once; make a second layer/,
    );
  });

  test('it gives logits for every step', () =>
    expect(trainer(layers({ returnSequences: false }))).rejects.toThrow(/returnSequences: true/));

  test('its embedding knows every token, and vocabularySize is V', async () => {
    await expect(trainer(layers({ known: 3 }))).rejects.toThrow(
      /logits for 5 tokens, but its embedding knows only 3/,
    );
    await expect(trainer(layers({ known: 9 }), { tokens: tokens.map((id) => id + 1) })).rejects.toThrow(
      /token 4 of the text is 5, outside the vocabulary of 5/,
    );
    await expect(trainer(layers({}), { vocabularySize: 50 })).rejects.toThrow(
      /logits for 5 tokens, but vocabularySize is 50/,
    );
  });

  test('steps and seeds are whole numbers', async () => {
    const it = await trainer(layers({}));
    for (const steps of [Number.NaN, -3, 1.5]) await expect(it.train({ steps })).rejects.toThrow(/\[steps\]/);
    await expect(trainer(layers({}), { seed: Number.NaN })).rejects.toThrow(/\[seed\]/);
  });

  test('a disposed trainer does not train on', async () => {
    const it = await trainer(layers({}));
    it.dispose();
    await expect(it.train({ steps: 1 })).rejects.toThrow(/was disposed of/);
    expect(it.step).toBe(0);
  });
});

describe('mistakes in what is handed over', () => {
  const model = sequential([
    embedding({ inputDim: 5, outputDim: 3 }),
    lstm({ units: 3, returnSequences: true, stateful: true }),
    dense({ units: 5 }),
  ]);
  const tokens = Uint32Array.from({ length: 60 }, (_, i) => i % 5);
  const good = () => ({ model, backend: cpu(), tokens, batch: 2, window: 3, optimizer: sgd() });
  // The types forbid all of these; who writes JavaScript reads the messages.
  const bad = (more: object) =>
    languageTrainer({ ...good(), ...more } as Parameters<typeof languageTrainer>[0]);

  test('options that do not exist are named, with those that do', () => {
    const wrong = (call: () => unknown, message: RegExp) => expect(call).toThrow(message);
    wrong(
      () => dense({ units: 3, tiedTo: 1 } as never),
      /\[dense\] has no option tiedTo; it has units.*tieTo/,
    );
    wrong(
      () => lstm({ units: 3, implementation: 1 } as never),
      /\[lstm\] has no option implementation; it has units/,
    );
    wrong(() => gru({ units: 3, reset_after: false } as never), /it has units.*resetAfter/);
    wrong(
      () => embedding({ inputDim: 3, outputDim: 2, mask_zero: true } as never),
      /has no option mask_zero/,
    );
    wrong(() => lstm(undefined as never), /\[lstm\] takes an object of options \(units.*got undefined/);
    wrong(() => sgd(0.1 as never), /\[sgd\] takes an object of options .*got 0.1/);
    wrong(() => lstm({ units: '64' } as never), /\[lstm\/units\] must be a positive integer, got "64"/);
    wrong(() => dense({ units: 3, tieTo: true } as never), /must be the embedding layer/);
    wrong(() => sequential(model as never), /takes an array of layers/);
    wrong(() => sequential([model, 3 as never]), /layer 1 must be a layer, got 3/);
  });

  test('what is no model, backend, optimizer or text is called what it is', async () => {
    await expect(bad({ backend: Promise.resolve(cpu()) })).rejects.toThrow(/got a promise \(await it\)/);
    await expect(bad({ model: [1] })).rejects.toThrow(
      /\[languageTrainer\/model\] must be a layer.*got an array/,
    );
    await expect(bad({ optimizer: 'adam' })).rejects.toThrow(/such as adam\(\) makes, got "adam"/);
    await expect(bad({ tokens: 'she sells' })).rejects.toThrow(
      /vocabulary.encode\(text\) gives, got "she sells"/,
    );
    await expect(bad({ epochs: 3 })).rejects.toThrow(/has no option epochs/);
    await expect(bad({ parameters: {} })).rejects.toThrow(/must be a model's parameters/);
    const trainer = await bad({ tokens: [...tokens] });
    await expect(trainer.train(3 as never)).rejects.toThrow(/takes an object of options \(steps/);
    const writer = await generator({ model, backend: cpu(), parameters: new ModelParameters() });
    await expect(writer.generate({ prime: 'she', length: 1 } as never)).rejects.toThrow(/got "she"/);
    await expect(writer.generate({ prime: [1], length: 1, temp: 0 } as never)).rejects.toThrow(
      /no option temp/,
    );
  });

  test('weights that live on one backend are not silently made anew on another', async () => {
    const backend = cpu();
    const trainer = await languageTrainer({ ...good(), backend });
    const { parameters } = trainer;
    await expect(evaluator({ model, backend: cpu(), parameters })).rejects.toThrow(
      /\[parameters\] live on another backend \(CPU reference \(f32\)\)/,
    );
    trainer.dispose();
    backend.release(parameters.storage);
    await evaluator({ model, backend: cpu(), parameters });
  });
});
