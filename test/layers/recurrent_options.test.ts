// Options of recurrent layers that are not of one cell: names, dropout, first biases, and what is refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import { gru } from '../../src/layers/gru.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';

const backend = cpu({ precision: 'f64' });
const run = async (layer: AnyLayer, input: Numbers, options?: LayerRun) =>
  (await runLayer(layer, [input], backend, options)).outputs.map(({ data }) => ({ data: Array.from(data) }));

test('the classes have the names of Keras', () => {
  const made = [lstm({ units: 1 }), gru({ units: 1 }), simpleRNN({ units: 1 })];
  expect(made.map((it) => it.className)).toEqual(['LSTM', 'GRU', 'SimpleRNN']);
  expect(made.map((it) => it.name)).toEqual(['lstm', 'gru', 'simple_rnn']);
});

test('dropout takes the same inputs of a sequence at all steps, and others of the next sample', async () => {
  const units = 40;
  const samples = 25;
  const steps = 3;
  const layer = simpleRNN({
    ...{ units, dropout: 0.25, returnSequences: true, activation: 'linear' },
    ...{ kernelInitializer: 'identity', recurrentInitializer: 'zeros' },
  });
  const ones = { shape: [samples, steps, units], data: new Float64Array(samples * steps * units).fill(1) };
  const [y] = await run(layer, ones, { training: true });
  const kept = new Set<number>();
  for (let n = 0; n < samples; n++) {
    const rows = Array.from({ length: steps }, (_, t) =>
      y.data.slice((n * steps + t) * units, (n * steps + t + 1) * units),
    );
    for (const row of rows) expect(row).toEqual(rows[0]);
    kept.add(rows[0].indexOf(0));
    expect(rows[0].every((v) => v === 0 || Math.abs(v - 4 / 3) < 1e-12)).toBe(true);
  }
  expect(kept.size).toBeGreaterThan(3);
  const mean = y.data.reduce((sum, v) => sum + v, 0) / y.data.length;
  expect(Math.abs(mean - 1)).toBeLessThan(0.08);
  const [all] = await run(layer, ones);
  expect(all.data).toEqual(Array.from(ones.data));
});

test('the forget gate starts at one whatever the initializer, in the first row of biases', async () => {
  const first = async (options: { unitForgetBias?: boolean; twoBiases?: boolean }) => {
    const parameters = new Parameters();
    const plan = buildPlan({ name: 'bias', limits: backend.limits, parameters }, (b) => {
      lstm({
        units: 2,
        biasInitializer: { className: 'Constant', config: { value: 0.5 } },
        ...options,
      }).build(b, b.input('x', [1, 1, 1]));
    });
    const executable = await backend.load(plan);
    const bias = parameters.get('bias')!;
    const got = Array.from(fromStorage(bias, await backend.read(bias)));
    executable.dispose();
    return got;
  };
  const half = Array(2).fill(0.5);
  expect(await first({})).toEqual([...half, 1, 1, ...half, ...half]);
  expect(await first({ unitForgetBias: false })).toEqual(Array(8).fill(0.5));
  expect(await first({ twoBiases: true })).toEqual([...half, 1, 1, ...half, ...half, ...Array(8).fill(0.5)]);
});

describe('what is refused', () => {
  const building = (
    layer: AnyLayer,
    shape: number[],
    dtype: 'f32' | 'u32' = 'f32',
    states: number[][] = [],
  ) =>
    buildPlan({ name: 'refused', limits: backend.limits, parameters: new Parameters() }, (b) => {
      const initial = states.map((s, i) => b.input(`state ${i}`, s));
      b.scope('the_layer', () => layer.build(b, b.input('x', shape, { dtype }), ...initial));
    });

  test('options', () => {
    for (const rate of [1, -0.5, Number.NaN]) {
      expect(() => lstm({ units: 2, dropout: rate })).toThrow(
        /\[lstm\/dropout\] must be at least 0 and below 1/,
      );
    }
    expect(() => gru({ units: 0 })).toThrow(/\[gru\/units\] must be a positive integer, got 0/);
    expect(() => gru({ units: 2, implementation: 2 } as never)).toThrow(
      /\[gru\] has no option implementation; it has/,
    );
    expect(() => lstm(undefined as never)).toThrow(OptionError);
    expect(() => lstm({ units: 2, kernelInitializer: 'zero' as never })).toThrow(
      /\[lstm\/kernelInitializer\] there is no initializer "zero"/,
    );
  });

  test('inputs, with shapes as users see them', () => {
    const layer = lstm({ units: 2 });
    expect(() => building(layer, [3, 4])).toThrow(ShapeError);
    expect(() => building(layer, [3, 4])).toThrow(
      /\[the_layer\] expected \[N, T, D\], got \[3, 4\] \(.*repeatVector or reshape/,
    );
    expect(() => building(layer, [5, 3, 2, 2])).toThrow(/got \[3, 5, 2, 2\]/);
    expect(() => building(layer, [5, 3], 'u32')).toThrow(/\[the_layer\] takes features \(f32\), got u32/);
  });

  test('initial states', () => {
    const states = [
      [3, 2],
      [3, 2],
    ];
    expect(() => building(lstm({ units: 2 }), [4, 3, 1], 'f32', [[3, 2]])).toThrow(
      /\[the_layer\] takes 2 initial states, got 1/,
    );
    expect(() =>
      building(lstm({ units: 2 }), [4, 3, 1], 'f32', [
        [3, 2],
        [2, 3],
      ]),
    ).toThrow(/\[the_layer\] expected an initial state \[3, 2\] = \[N, H\], got \[2, 3\]/);
    expect(() => building(lstm({ units: 2, stateful: true }), [4, 3, 1], 'f32', states)).toThrow(
      /\[the_layer\] carries its own state \(stateful: true\)/,
    );
  });
});
