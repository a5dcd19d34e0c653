// General cells: gradients of every option and of what goes together, against central differences in f64.
import { describe, expect, test } from 'vitest';
import type { Builder } from '../../src/core/builder.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import type { CellActivationOption } from '../../src/layers/cell_options.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { cells, scaled } from './cells.ts';

const N = 3;
const D = 2;
const H = 4;
const biasInitializer = 'randomNormal';
const MASK = [1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0];

/** Initial states of a layer as inputs. */
function initialOf(b: Builder, it: RecurrentLayer): Tensor[] {
  const widths = [it.cell.projection ?? H, H].slice(0, it.cell.states);
  return widths.map((width, i) => b.input(`initial ${i}`, [N, width], { differentiable: true }));
}

for (const [name, make] of Object.entries(cells)) {
  describe(name, () => {
    const layer = (more: Partial<RecurrentOptions> = {}) => make({ units: H, biasInitializer, ...more });

    for (const reverse of [false, true]) {
      test(`masked, with initial states${reverse ? ', from the end' : ''}`, () =>
        checkGradients({
          inputs: { mask: MASK },
          build(b) {
            const x = b.input('x', [4, N, D], { differentiable: true });
            b.setMask(x, b.input('mask', [4, N], { dtype: 'u32' }));
            const it = layer();
            const initialState = initialOf(b, it);
            const { sequence, states } = it.run(b, x, { initialState, reverse });
            return { outputs: [sequence, ...states], inputs: [x, ...initialState] };
          },
        }));
    }

    test('last output alone, without mask, bias and initial states', () =>
      checkGradients({
        build(b) {
          const x = b.input('x', [3, N, D], { differentiable: true });
          return { outputs: [layer({ useBias: false }).build(b, x)], inputs: [x] };
        },
      }));

    test('one step', () =>
      checkGradients({
        build(b) {
          const x = b.input('x', [1, N, D], { differentiable: true });
          const it = layer();
          const initialState = initialOf(b, it);
          const { sequence, states } = it.run(b, x, { initialState });
          return { outputs: [sequence, ...states], inputs: [x, ...initialState] };
        },
      }));

    test('counts its parameters', () => {
      const it = layer();
      let counted = 0;
      return checkGradients({
        build(b) {
          const x = b.input('x', [1, N, D]);
          const y = it.build(b, x);
          counted = b.parameters.all.reduce((sum, p) => sum + p.shape.reduce((a, n) => a * n, 1), 0);
          return { outputs: [y] };
        },
      }).then(() => expect(it.parameterCount(D)).toBe(counted));
    });
  });
}

describe('options of cells', () => {
  const wrong = (activation: unknown) => activation as CellActivationOption;

  test('defaults keep the fused kernels', () => {
    expect(lstm({ units: 2 }).cell.forward.length).toBeGreaterThan(1);
    expect(gru({ units: 2, activation: 'tanh', resetAfter: false }).cell.forward.length).toBeGreaterThan(1);
    expect(simpleRNN({ units: 2, activation: 'relu' }).cell.forward.length).toBeGreaterThan(1);
    expect(lstm({ units: 2, peephole: true }).cell.forward.length).toBe(1);
  });

  test('what cannot be is refused, with the way out', () => {
    expect(() => lstm({ units: 2, activation: wrong('softmax') })).toThrow(/lstm\/activation.*dense layer/);
    expect(() => gru({ units: 2, recurrentActivation: wrong('square') })).toThrow(
      /there is no activation "square"/,
    );
    expect(() => simpleRNN({ units: 2, activation: { name: 'tanh', alpha: 2 } })).toThrow(
      /tanh has no alpha/,
    );
    expect(() => lstm({ units: 2, clip: 0 })).toThrow(/lstm\/clip.*positive/);
    expect(() => lstm({ units: 2, projection: 0 })).toThrow(/lstm\/projection.*positive integer/);
    expect(() => lstm({ units: 2, layerNormalization: true, twoBiases: true })).toThrow(/twoBiases/);
    expect(() => gru({ units: 2, recurrentDropout: 1 })).toThrow(/gru\/recurrentDropout/);
  });

  test('a config makes the same layer', () => {
    const options = { units: 3, projection: 2, peephole: true, activation: scaled, recurrentDropout: 0.1 };
    const config = JSON.parse(JSON.stringify(lstm(options).getConfig()));
    expect(config).toMatchObject(options);
    expect(lstm(config).getConfig()).toEqual(lstm(options).getConfig());
  });
});
