// Activations on tensors and as a layer: gradients by differences, masks, what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { OptionError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import {
  type ActivationName,
  activation,
  activationNames,
  applyActivation,
} from '../../src/layers/activation.ts';
import { checkGradients } from '../harness/gradient_check.ts';

/** Away from the bends at 0, ±1 and ±3, where a difference quotient means nothing. */
const x = [-8, -3.4, -2.6, -1.7, -1.2, -0.8, -0.3, -0.01, 0.02, 0.4, 0.9, 1.3, 2.2, 2.8, 3.3, 7];

const plan = (body: (b: Builder) => void) =>
  buildPlan({ name: 'activation', limits: cpu().limits, parameters: new Parameters() }, body);

describe('gradients by differences', () => {
  for (const name of activationNames) {
    test(name, () =>
      checkGradients({
        inputs: { x },
        build(b) {
          const input = b.input('x', [2, 2, 4], { differentiable: true });
          return { outputs: [applyActivation(b, input, name)], inputs: [input] };
        },
      }),
    );
  }

  test('a view, and an input of two activations', () =>
    checkGradients({
      inputs: { x },
      build(b) {
        const input = b.input('x', [16], { differentiable: true });
        const part = b.view(input, 5, [2, 4]);
        const outputs = [
          applyActivation(b, part, 'softmax'),
          applyActivation(b, input, 'leakyRelu', { alpha: 0.3 }),
          applyActivation(b, part, 'elu', { alpha: 0.5 }),
        ];
        return { outputs, inputs: [input] };
      },
    }));
});

test('linear is the input itself', () => {
  plan((b) => {
    const input = b.input('x', [3]);
    expect(applyActivation(b, input, 'linear')).toBe(input);
  });
});

test('the layer keeps the shape and the mask', () => {
  plan((b) => {
    const input = b.input('x', [3, 2, 4]);
    const mask = b.input('mask', [3, 2], { dtype: 'u32' });
    b.setMask(input, mask);
    const y = activation({ activation: 'gelu' }).build(b, input);
    expect(y.shape).toEqual([3, 2, 4]);
    expect(b.maskOf(y)).toBe(mask);
  });
});

test('unknown names and an alpha without a use are refused', () => {
  expect(() => activation({ activation: 'gelu_tanh' as ActivationName })).toThrow(
    /no activation "gelu_tanh"; there are linear,.*did you mean geluTanh/,
  );
  expect(() => activation({ activation: 'toString' as ActivationName })).toThrow(OptionError);
  expect(() => activation({ activation: 'relu', alpha: 0.1 })).toThrow(/relu has no alpha/);
  expect(() => activation({ activation: 'elu', alpha: Number.NaN })).toThrow(/alpha must be a number/);
});
