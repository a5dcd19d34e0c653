// Stacks of cells: against layers one above the other, a stack step by step, gradients, configs, refusals.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { gru } from '../../src/layers/gru.ts';
import { type AnyLayer, defineLayer, outputsOf } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { gruCell, lstmCell, type RnnOptions, rnn, simpleRNNCell } from '../../src/layers/rnn.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { sequential } from '../../src/models/sequential.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';

const [N, T, D] = [3, 4, 2];
const backend = cpu({ precision: 'f64' });
const flags = [1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1];
const x: Numbers = {
  shape: [N, T, D],
  data: Array.from({ length: N * T * D }, (_, i) => Math.sin(3 * i + 1)),
};
const run = async (layer: AnyLayer, input: Numbers = x, options?: LayerRun) =>
  (await runLayer(layer, [input], backend, options)).outputs.map(({ shape, data }) => ({
    shape: [...shape],
    data: Array.from(data),
  }));

const biasInitializer = 'randomNormal';
const stack = (more: Partial<RnnOptions> = {}) =>
  rnn({
    cell: [
      lstmCell({ units: 3, biasInitializer }),
      gruCell({ units: 4, biasInitializer }),
      lstmCell({ units: 5, biasInitializer }),
    ],
    ...more,
  });
const states = [3, 3, 4, 5, 5];

/** The first weights of a stack, in file layout. */
function weightsOf(layer: AnyLayer): number[][] {
  const parameters = new Parameters({ seed: 4 });
  buildPlan({ name: 'weights', limits: defaultLimits, parameters }, (b) => {
    layer.build(b, b.input('x', [1, 1, D]));
  });
  return parameters.all.map((p) => Array.from(fromStorage(p, p.initial!())));
}

describe('a stack of cells', () => {
  test.each([undefined, flags])('gives what layers one above the other give, mask %s', async (mask) => {
    const weights = weightsOf(stack());
    const input = mask ? { ...x, mask } : x;
    const rest = { returnSequences: true, biasInitializer } as const;
    const above = sequential([
      lstm({ units: 3, ...rest }),
      gru({ units: 4, ...rest }),
      lstm({ units: 5, biasInitializer }),
    ]);
    const [expected] = await run(above, input, { weights });
    const [out, ...last] = await run(stack({ returnState: true }), input, { weights });
    expect(out).toEqual(expected);
    expect(last.map((state) => state.shape)).toEqual(states.map((units) => [N, units]));
    expect(last[3].data).toEqual(out.data);
  });

  test('gives what its cells give step by step', async () => {
    const it = stack({ returnState: true });
    const weights = weightsOf(it);
    const layers = ['lstm_cell', 'gru_cell', 'lstm_cell_1'];
    const stepwise = defineLayer({
      name: 'stepwise',
      outputs: 1 + states.length,
      build(b, input): Tensor[] {
        let carried: Tensor[][] = it.cells.map(() => []);
        let y = input;
        for (let t = 0; t < T; t++) {
          y = b.view(input, t * N * D, [N, D]);
          carried = it.cells.map((cell, i) => {
            const [out, ...after] = b.scope(layers[i], () => cell.build(b, y, ...carried[i]));
            y = out;
            return after;
          });
        }
        return [y, ...carried.flat()];
      },
    });
    expect(await run(stepwise, x, { weights })).toEqual(await run(it, x, { weights }));
  });

  test.each([false, true])('has gradients, backward in time: %s', (goBackwards) =>
    checkGradients({
      inputs: { mask: flags },
      build(b) {
        const input = b.input('x', [T, N, D], { differentiable: true });
        b.setMask(input, b.input('mask', [T, N], { dtype: 'u32' }));
        const it = stack({ returnSequences: true, returnState: true, zeroOutputForMask: true, goBackwards });
        const initial = states.map((units, i) =>
          b.input(`initial ${i}`, [N, units], { differentiable: true }),
        );
        const outputs = outputsOf(it.build(b, input, ...initial));
        return { outputs: [...outputs], inputs: [input, ...initial] };
      },
    }),
  );

  test('goes backward as over the reversed sequence', async () => {
    const width = D;
    const data = Array.from(x.data, (_, i) => {
      const [n, t] = [Math.floor(i / width / T), Math.floor(i / width) % T];
      return x.data[(n * T + T - 1 - t) * width + (i % width)];
    });
    const weights = weightsOf(stack());
    const options = { returnSequences: true, returnState: true };
    const expected = await run(stack(options), { ...x, data }, { weights });
    expect(await run(stack({ ...options, goBackwards: true }), x, { weights })).toEqual(expected);
  });

  test('carries the states of all cells from run to run', () => {
    const plan = buildPlan({ name: 'p', limits: defaultLimits, parameters: new Parameters() }, (b) => {
      stack({ stateful: true }).build(b, b.input('x', [T, N, D]));
    });
    const names = ['lstm_cell/h', 'lstm_cell/c', 'gru_cell/h', 'lstm_cell_1/h', 'lstm_cell_1/c'];
    expect(Object.keys(plan.states).sort()).toEqual(names.sort());
  });

  test('counts and names the weights of its cells', () => {
    const parameters = new Parameters();
    buildPlan({ name: 'names', limits: defaultLimits, parameters }, (b) => {
      stack().build(b, b.input('x', [T, N, D]));
    });
    const names = ['lstm_cell', 'gru_cell', 'lstm_cell_1'];
    const parts = ['kernel', 'recurrent_kernel', 'bias'];
    expect(parameters.all.map((p) => p.name)).toEqual(
      names.flatMap((name) => parts.map((p) => `${name}/${p}`)),
    );
    const sizes = parameters.all.map((p) => p.shape.reduce((a, n) => a * n, 1));
    expect(stack().parameterCount(D)).toBe(sizes.reduce((a, n) => a + n));
    const projected = rnn({ cell: [lstmCell({ units: 4, projection: 3 }), simpleRNNCell({ units: 2 })] });
    expect(projected.parameterCount(D)).toBe((D + 3 + 1) * 16 + 4 * 3 + (3 + 2 + 1) * 2);
  });

  test('gives a config that makes the same layer', async () => {
    const it = stack({ ...{ name: 'it', returnState: true, goBackwards: true, trainable: false } });
    const config = JSON.parse(JSON.stringify(it.getConfig()));
    expect(config).toMatchObject({
      ...{ name: 'it', returnState: true, goBackwards: true, trainable: false, stateful: false },
      cell: [
        { className: 'LSTMCell', config: { units: 3, unitForgetBias: true } },
        { className: 'GRUCell', config: { units: 4, resetAfter: true } },
        { className: 'LSTMCell', config: { units: 5 } },
      ],
    });
    expect(config.cell[0].config).not.toHaveProperty('returnSequences');
    const again = rnn(config);
    expect(JSON.parse(JSON.stringify(again.getConfig()))).toEqual(config);
    expect(await run(again)).toEqual(await run(it));
  });
});

test('one cell is the layer of that cell', async () => {
  const weights = weightsOf(simpleRNN({ units: 3, activation: 'relu' }));
  const [expected] = await run(simpleRNN({ units: 3, activation: 'relu' }), x, { weights });
  const it = rnn({ cell: simpleRNNCell({ units: 3, activation: 'relu' }) });
  expect(await run(it, x, { weights })).toEqual([expected]);
  expect([it.className, it.name, it.outputs]).toEqual(['RNN', 'rnn', 1]);
});

test('what is no stack is refused', () => {
  expect(() => rnn({ cell: [] })).toThrow(/\[rnn\/cell\] needs at least one cell/);
  expect(() => rnn({} as never)).toThrow(/\[rnn\/cell\] must be a cell, such as lstmCell\(\{ units \}\)/);
  expect(() => rnn({ cell: [lstm({ units: 2 }) as never] })).toThrow(/\[rnn\/cell\] must be a cell/);
  expect(() => rnn({ cell: lstmCell({ units: 2 }), units: 2 } as never)).toThrow(
    /\[rnn\] has no option units/,
  );
  expect(() => gruCell({ units: 2, returnSequences: true } as never)).toThrow(
    /\[gru_cell\] returnSequences is an option of the layer: rnn\(\{ cell, returnSequences \}\)/,
  );
  const building = (layer: AnyLayer, shape: number[], count = 0) =>
    buildPlan({ name: 'refused', limits: defaultLimits, parameters: new Parameters() }, (b) => {
      const initial = Array.from({ length: count }, (_, i) => b.input(`s${i}`, [N, 3]));
      layer.build(b, b.input('x', shape), ...initial);
    });
  expect(() => building(stack(), [T, N, D], 2)).toThrow(
    /\[rnn\] takes 5 initial states, those of all cells, got 2/,
  );
  expect(() => building(lstmCell({ units: 2 }), [T, N, D])).toThrow(
    /\[lstm_cell\] a cell takes one step \[N, D\], got \[3, 4, 2\] .*rnn\(\{ cell \}\) takes sequences/,
  );
});
