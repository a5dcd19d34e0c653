// General cells: gradients of every option and of what goes together, against central differences in f64.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { bidirectional } from '../../src/layers/bidirectional.ts';
import type { CellActivationOption } from '../../src/layers/cell_options.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { gru } from '../../src/layers/gru.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { gruCell, lstmCell, rnn } from '../../src/layers/rnn.ts';
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

describe('general cells inside other layers', () => {
  const masked = (b: Builder): Tensor => {
    const x = b.input('x', [4, N, D], { differentiable: true });
    b.setMask(x, b.input('mask', [4, N], { dtype: 'u32' }));
    return x;
  };

  test('both directions', () =>
    checkGradients({
      inputs: { mask: MASK },
      build(b) {
        const x = masked(b);
        const options = {
          units: H,
          projection: 3,
          peephole: true,
          returnSequences: true,
          biasInitializer,
        } as const;
        const y = bidirectional({ layer: lstm(options) }).build(b, x) as Tensor;
        expect(y.shape).toEqual([4, N, 6]);
        return { outputs: [y], inputs: [x] };
      },
    }));

  test('above an embedding, whose products with the kernel are looked up', () =>
    checkGradients({
      inputs: { ids: [1, 2, 1, 0, 2, 1, 0, 2, 0, 1, 1, 1] },
      build(b) {
        const ids = b.input('ids', [4, N], { dtype: 'u32' });
        const x = embedding({ inputDim: 3, outputDim: D }).build(b, ids);
        return { outputs: [lstm({ units: H, layerNormalization: true, biasInitializer }).build(b, x)] };
      },
    }));

  test('a stack', async () => {
    const stack = rnn({
      cell: [lstmCell({ units: H, projection: 2 }), gruCell({ units: 3, layerNormalization: true })],
      returnSequences: true,
    });
    let counted = 0;
    await checkGradients({
      inputs: { mask: MASK },
      build(b) {
        const x = masked(b);
        const y = stack.build(b, x) as Tensor;
        counted = b.parameters.all.reduce((sum, p) => sum + p.shape.reduce((a, n) => a * n, 1), 0);
        return { outputs: [y], inputs: [x] };
      },
    });
    expect(stack.parameterCount(D)).toBe(counted);
  });
});

describe('states and masks', () => {
  const backend = cpu({ precision: 'f64' });

  test('a projected state is carried from run to run', async () => {
    const options = { units: H, projection: 3, returnSequences: true } as const;
    const run = async (steps: number, chunks: number, stateful: boolean) => {
      const parameters = new Parameters({ seed: 5 });
      let y!: Tensor;
      const plan = buildPlan({ name: 'chunks', limits: backend.limits, parameters }, (b) => {
        y = lstm({ ...options, stateful }).build(b, b.input('x', [steps, 1, D]));
      });
      const executable = await backend.load(plan);
      const values: number[] = [];
      for (let chunk = 0; chunk < chunks; chunk++) {
        const x = Array.from({ length: steps * D }, (_, i) => Math.sin(chunk * steps * D + i));
        backend.write(plan.inputs.x, x);
        executable.run();
        values.push(...(await backend.read(y)));
      }
      return values;
    };
    const [whole, chunks] = [await run(6, 1, false), await run(2, 3, true)];
    expect(chunks).toEqual(whole);
  });

  test('recurrent dropout drops the same units of h at all steps, and none outside training', async () => {
    const [units, steps, rate] = [64, 3, 0.25];
    for (const training of [true, false]) {
      const parameters = new Parameters();
      let y!: Tensor;
      const plan = buildPlan({ name: 'dropout', limits: backend.limits, parameters, training }, (b) => {
        const layer = simpleRNN({ units, activation: 'linear', recurrentDropout: rate, useBias: false });
        const initialState = [b.input('initial', [2, units])];
        y = layer.run(b, b.input('x', [steps, 2, 1]), { initialState }).last;
        if (training) b.backward();
      });
      const executable = await backend.load(plan);
      backend.write(plan.inputs.x, new Float64Array(2 * steps));
      backend.write(plan.inputs.initial, new Float64Array(2 * units).fill(1));
      const identity = Float64Array.from({ length: units * units }, (_, i) =>
        i % (units + 1) === 0 ? 1 : 0,
      );
      backend.write(parameters.get('recurrent_kernel')!, identity);
      executable.run();
      const values = Array.from(await backend.read(y));
      const kept = values.filter((value) => value !== 0);
      const scale = training ? 1 / (1 - rate) ** steps : 1;
      for (const value of kept) expect(value).toBeCloseTo(scale, 6);
      expect(Math.abs(kept.length / values.length - (training ? 1 - rate : 1))).toBeLessThan(0.15);
      expect(kept.length < values.length).toBe(training);
    }
  });
});

describe('options of cells', () => {
  const wrong = (activation: unknown) => activation as CellActivationOption;

  test('defaults keep the fused kernels', () => {
    expect(lstm({ units: 2 }).cell.forward.length).toBeGreaterThan(1);
    expect(gru({ units: 2, activation: 'tanh', resetAfter: false }).cell.forward.length).toBeGreaterThan(1);
    expect(simpleRNN({ units: 2, activation: 'relu' }).cell.forward.length).toBeGreaterThan(1);
    expect(simpleRNN({ units: 2, activation: 'swish' }).cell.forward.length).toBe(1);
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
