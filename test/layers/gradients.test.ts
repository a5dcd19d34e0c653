// Every layer: gradients through the plan against central differences in f64.
import { describe, expect, test } from 'vitest';
import type { Builder } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { sequential } from '../../src/models/sequential.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { forcing } from '../harness/strategies.ts';

const T = 4;
const N = 3;
const D = 2;
const H = 5;

const sequence = (b: Builder): Tensor => b.input('x', [T, N, D], { differentiable: true });

const recurrent: Record<string, (options: RecurrentOptions) => RecurrentLayer> = {
  lstm: (o) => lstm(o),
  'lstm with two biases': (o) => lstm({ ...o, twoBiases: true }),
  'gru, reset after': (o) => gru(o),
  'gru, reset before': (o) => gru({ ...o, resetAfter: false }),
  simpleRNN: (o) => simpleRNN(o),
  'simpleRNN relu': (o) => simpleRNN({ ...o, activation: 'relu' }),
  'simpleRNN sigmoid': (o) => simpleRNN({ ...o, activation: 'sigmoid' }),
};

/** Biases away from zero, so that no gradient is small by chance. */
const biasInitializer = 'randomNormal';

for (const [name, make] of Object.entries(recurrent)) {
  describe(name, () => {
    const layer = (more: Partial<RecurrentOptions> = {}) => make({ units: H, biasInitializer, ...more });

    test('whole sequence and last output', () =>
      checkGradients({
        build(b) {
          const x = sequence(b);
          const { sequence: y, last } = layer().run(b, x);
          return { outputs: [y, last], inputs: [x] };
        },
      }));

    test('last output alone, without bias', () =>
      checkGradients({
        build(b) {
          const x = sequence(b);
          return { outputs: [layer({ useBias: false }).build(b, x)], inputs: [x] };
        },
      }));

    test('initial states get their gradients', () =>
      checkGradients({
        build(b) {
          const x = sequence(b);
          const it = layer();
          const initial = Array.from({ length: it.cell.states }, (_, i) =>
            b.input(`initial ${i}`, [N, H], { differentiable: true }),
          );
          const { sequence: y, states } = it.run(b, x, { initialState: initial });
          return { outputs: [y, ...states], inputs: [x, ...initial] };
        },
      }));

    for (const zeroOutputForMask of [false, true]) {
      test(`masked, ${zeroOutputForMask ? 'zeros' : 'last output'} at masked steps`, () =>
        checkGradients({
          inputs: { mask: [1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0] },
          build(b) {
            const x = sequence(b);
            b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
            const { sequence: y, states } = layer({ zeroOutputForMask }).run(b, x);
            return { outputs: [y, ...states], inputs: [x] };
          },
        }));
    }

    test('the final states of one start another, as in an encoder-decoder', () =>
      checkGradients({
        build(b) {
          const x = sequence(b);
          const encoder = b.scope('encoder', () => layer().run(b, x));
          const decoder = b.scope('decoder', () => layer().run(b, x, { initialState: encoder.states }));
          return { outputs: [decoder.sequence, encoder.sequence], inputs: [x] };
        },
      }));

    test('two layers that share their weights', () =>
      checkGradients({
        build(b) {
          const x = b.input('x', [T, N, H], { differentiable: true });
          const it = layer({ returnSequences: true });
          const y = b.scope('shared', () => it.build(b, x));
          const z = b.scope('shared', () => it.build(b, y));
          return { outputs: [z], inputs: [x] };
        },
      }));

    for (const strategy of ['sequence 1', 'sequence 2', 'register 1', 'register 2']) {
      test(`all steps in one dispatch, by ${strategy}`, () =>
        checkGradients({
          limits: forcing(defaultLimits, strategy),
          inputs: { mask: [1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0] },
          build(b) {
            const x = sequence(b);
            b.setMask(x, b.input('mask', [T, N], { dtype: 'u32' }));
            const it = layer();
            const initial = Array.from({ length: it.cell.states }, (_, i) =>
              b.input(`initial ${i}`, [N, H], { differentiable: true }),
            );
            const { sequence: y, states } = it.run(b, x, { initialState: initial });
            return { outputs: [y, ...states], inputs: [x, ...initial] };
          },
        }));
    }

    test('on a device with dear barriers', () =>
      checkGradients({
        limits: { cheapBarriers: false },
        build(b) {
          const x = sequence(b);
          return { outputs: [layer({ returnSequences: true }).build(b, x)], inputs: [x] };
        },
      }));
  });
}

describe('dense', () => {
  for (const activation of ['linear', 'tanh', 'softmax'] as const) {
    test(`${activation}, over every time step`, () =>
      checkGradients({
        build(b) {
          const x = sequence(b);
          return { outputs: [dense({ units: 3, activation, biasInitializer }).build(b, x)], inputs: [x] };
        },
      }));
  }

  test('takes no gradient for an input that wants none', () =>
    checkGradients({
      build(b) {
        const x = b.input('x', [N, D]);
        return { outputs: [dense({ units: 3 }).build(b, x)] };
      },
    }));
});

describe('embedding', () => {
  const ids = { ids: [1, 4, 1, 0, 2, 1, 4, 4, 0, 1, 6, 1] };

  test('repeated tokens add up', () =>
    checkGradients({
      inputs: ids,
      build(b) {
        const tokens = b.input('ids', [T, N], { dtype: 'u32' });
        return { outputs: [embedding({ inputDim: 7, outputDim: 3 }).build(b, tokens)] };
      },
    }));

  test('a language model with tied weights', () =>
    checkGradients({
      inputs: ids,
      build(b) {
        const tokens = b.input('ids', [T, N], { dtype: 'u32' });
        const table = embedding({ inputDim: 7, outputDim: H });
        const model = sequential([
          table,
          lstm({ units: H, returnSequences: true }),
          gru({ units: H, returnSequences: true }),
          dense({ units: 7, tieTo: table }),
        ]);
        return { outputs: [model.build(b, tokens)] };
      },
    }));
});

describe('the gradient check itself', () => {
  test('sees a gradient that is wrong', async () => {
    await expect(
      checkGradients({
        build(b) {
          const x = b.input('x', [2], { differentiable: true });
          const y = b.activation('y', [2]);
          b.copy(x, y);
          b.onBackward(() => {
            const into = b.gradInto(x);
            // The copy's gradient is dy, not zero.
            if (into) b.clear(into.tensor);
          });
          return { outputs: [y], inputs: [x] };
        },
      }),
    ).rejects.toThrow(/by differences/);
  });
});
