// Both directions of a recurrent layer: against two layers of one direction, gradients, dispatches, configs, refusals.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { bidirectional, type MergeMode, mergeModes } from '../../src/layers/bidirectional.ts';
import { gru } from '../../src/layers/gru.ts';
import type { AnyLayer, Outputs } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { lstmCell, rnn, simpleRNNCell } from '../../src/layers/rnn.ts';
import { simpleRNN } from '../../src/layers/simple_rnn.ts';
import { checkGradients, seedGradient } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';
import { forcing, strategyNames } from '../harness/strategies.ts';
import { layers } from './strategies.ts';

const [N, T, D, H] = [3, 4, 2, 5];
const backend = cpu({ precision: 'f64' });
const flags = [1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1];
const x: Numbers = {
  shape: [N, T, D],
  data: Array.from({ length: N * T * D }, (_, i) => Math.sin(3 * i + 1)),
  mask: flags,
};
const run = async (layer: AnyLayer, options?: LayerRun) =>
  (await runLayer(layer, [x], backend, options)).outputs.map(({ shape, data }) => ({
    shape: [...shape],
    data: Array.from(data),
  }));

/** Values for the weights of a layer over D features, other ones for each. */
function someWeights(layer: RecurrentLayer<Outputs>, seed: number): number[][] {
  const parameters = new Parameters({ seed });
  buildPlan({ name: 'weights', limits: defaultLimits, parameters }, (b) => {
    layer.build(b, b.input('x', [1, 1, D]));
  });
  return parameters.all.map((p) => Array.from(fromStorage(p, p.initial!())));
}

/** Steps of [N,T,width] from the last. */
function flipped(data: readonly number[], width: number): number[] {
  return data.map((_, i) => {
    const [n, t] = [Math.floor(i / width / T), Math.floor(i / width) % T];
    return data[(n * T + T - 1 - t) * width + (i % width)];
  });
}

const mergers: Record<Exclude<MergeMode, 'concat' | 'none'>, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  ave: (a, b) => (a + b) / 2,
  mul: (a, b) => a * b,
};

/** Two outputs [...,H] as one, row by row. */
function merge(mode: MergeMode, f: readonly number[], g: readonly number[]): number[][] {
  if (mode === 'none') return [[...f], [...g]];
  if (mode !== 'concat') return [f.map((v, i) => mergers[mode](v, g[i]))];
  const rows = Array.from({ length: f.length / H }, (_, r) => r * H);
  return [rows.flatMap((at) => [...f.slice(at, at + H), ...g.slice(at, at + H)])];
}

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    const layer = (more: Partial<RecurrentOptions> = {}) =>
      make({ units: H, biasInitializer: 'randomNormal', ...more });

    for (const returnSequences of [false, true]) {
      test.each(mergeModes)(
        `%s is what two layers give, sequences: ${returnSequences}`,
        async (mergeMode) => {
          const weights = [someWeights(layer(), 1), someWeights(layer(), 2)];
          const options = { returnSequences, returnState: true, zeroOutputForMask: returnSequences };
          const forward = await run(layer(options), { weights: weights[0] });
          const backward = await run(layer({ ...options, goBackwards: true }), { weights: weights[1] });
          const [f, g] = [forward[0].data, backward[0].data];
          const expected = [
            ...merge(mergeMode, f, returnSequences ? flipped(g, H) : g),
            ...[...forward.slice(1), ...backward.slice(1)].map((y) => y.data),
          ];
          const both = bidirectional({ layer: layer({ ...options, zeroOutputForMask: false }), mergeMode });
          const got = await run(both, { weights: weights.flat() });
          expect(both.outputs).toBe(expected.length);
          expect(got.map((y) => y.data)).toEqual(expected);
          // The other way round: what goes backward is the first layer, and sequences come from the end.
          const turned = bidirectional({ layer: layer({ ...options, goBackwards: true }), mergeMode });
          const [first] = await run(turned, { weights: [...weights[1], ...weights[0]] });
          const width = mergeMode === 'concat' ? 2 * H : H;
          const [inOrder] = merge(mergeMode, returnSequences ? flipped(g, H) : g, f);
          expect(first.data).toEqual(returnSequences ? flipped(inOrder, width) : inOrder);
        },
      );
    }

    for (const strategy of ['step', 'tile 4x8', 'sequence 2', 'register 1', undefined]) {
      test(`gradients of both directions, by ${strategy ?? 'runs of their own'}`, () =>
        checkGradients({
          limits: strategy ? forcing(defaultLimits, strategy) : defaultLimits,
          inputs: { mask: flags },
          build(b) {
            const input = b.input('x', [T, N, D], { differentiable: true });
            b.setMask(input, b.input('mask', [T, N], { dtype: 'u32' }));
            const it = layer({ returnSequences: true, returnState: true });
            // A layer of its own for each direction, of other options, does not go in the same dispatches.
            const backwardLayer = layer({ ...it.options, goBackwards: true, useBias: false, name: 'other' });
            const both = bidirectional({ layer: it, ...(!strategy && { backwardLayer }) });
            const initial = Array.from({ length: 2 * it.stateCount }, (_, i) =>
              b.input(`initial ${i}`, [N, H], { differentiable: true }),
            );
            return {
              outputs: [...(both.build(b, input, ...initial) as readonly never[])],
              inputs: [input, ...initial],
            };
          },
        }));
    }

    test.each(['sum', 'ave', 'mul'] as const)('gradients of the last outputs, by %s', (mergeMode) =>
      checkGradients({
        build(b) {
          const input = b.input('x', [T, N, D], { differentiable: true });
          const both = bidirectional({ layer: layer({ dropout: 0.3 }), mergeMode });
          return { outputs: [both.build(b, input) as never], inputs: [input] };
        },
      }),
    );

    test('every strategy gives the same', async () => {
      const forced = async (strategy: string) => {
        const it = cpu({ precision: 'f64' });
        const both = bidirectional({ layer: layer({ returnSequences: true, returnState: true }) });
        const limits = forcing(it.limits, strategy);
        const { outputs } = await runLayer(both, [x], { ...it, limits });
        return outputs.flatMap((y) => Array.from(y.data));
      };
      const expected = await forced('step');
      for (const strategy of ['tile 4x8', ...strategyNames.filter((s) => !s.endsWith('4'))]) {
        const got = await forced(strategy);
        const apart = got.map((v, i) => Math.abs(v - expected[i]));
        expect(Math.max(...apart), strategy).toBeLessThan(1e-12);
      }
    });

    test('both directions go in one dispatch a step, and in one where all steps do', () => {
      const perStep = name === 'gru, reset before' ? 2 : 1;
      for (const [strategy, dispatches] of [
        ['step', perStep * T],
        ['tile 4x8', perStep * T],
        ['sequence 1', 1],
        ['register 1', 1],
      ] as const) {
        const steps = counted(layer({ returnSequences: true }), strategy);
        const both = counted(bidirectional({ layer: layer({ returnSequences: true }) }), strategy);
        expect([steps.forward, steps.backward]).toEqual([dispatches, dispatches]);
        expect([both.forward, both.backward]).toEqual([dispatches, dispatches]);
      }
    });
  });
}

/** Dispatches of a recurrence in a plan that trains a layer, by direction of the gradients. */
function counted(layer: AnyLayer, strategy: string): { forward: number; backward: number } {
  const limits = forcing(defaultLimits, strategy);
  const plan = buildPlan({ name: 'count', limits, parameters: new Parameters(), training: true }, (b) => {
    const y = layer.build(b, b.input('x', [T, N, D])) as Tensor;
    seedGradient(b, y, b.input('dy', y.shape));
    b.backward();
  });
  const names = plan.steps.flatMap((s) => (s.kind === 'dispatch' ? [s.kernel.name] : []));
  const recurrent = names.filter((name) => /^(lstm|gru|rnn)_/.test(name));
  const backward = recurrent.filter((name) => /backward/.test(name)).length;
  return { forward: recurrent.length - backward, backward };
}

test('gradients of general cells, whose directions run one after the other', () =>
  checkGradients({
    build(b) {
      const input = b.input('x', [T, N, D], { differentiable: true });
      const options = { units: 4, projection: 3, peephole: true, recurrentDropout: 0.3, dropout: 0.2 };
      const layer = lstm({ ...options, returnSequences: true, returnState: true });
      const outputs = bidirectional({ layer }).build(b, input) as readonly Tensor[];
      expect(outputs[0].shape).toEqual([T, N, 6]);
      return { outputs: [...outputs], inputs: [input] };
    },
  }));

test('weights stand under the names of both directions, forward ones first', () => {
  const parameters = new Parameters();
  buildPlan({ name: 'names', limits: defaultLimits, parameters }, (b) => {
    const both = bidirectional({ layer: gru({ units: H, name: 'reader' }) });
    b.scope(both.name, () => both.build(b, b.input('x', [T, N, D])));
    expect(both.parameterCount(D)).toBe(2 * (D + H + 2) * 3 * H);
    expect(both.inner?.map((it) => it.name)).toEqual(['forward_reader', 'backward_reader']);
  });
  const of = (direction: string) =>
    ['kernel', 'recurrent_kernel', 'bias'].map((part) => `bidirectional/${direction}_reader/${part}`);
  expect(parameters.all.map((p) => p.name)).toEqual([...of('forward'), ...of('backward')]);
});

test('stacks of cells go in both directions, and other kinds of layers beside each other', async () => {
  const cell = [lstmCell({ units: 3 }), simpleRNNCell({ units: H })];
  const stack = bidirectional({ layer: rnn({ cell, returnSequences: true, returnState: true }) });
  const outputs = await run(stack);
  expect(outputs.map((y) => y.shape)).toEqual([
    [N, T, 2 * H],
    ...Array(2)
      .fill([
        [N, 3],
        [N, 3],
        [N, H],
      ])
      .flat(),
  ]);
  const mixed = bidirectional({
    layer: lstm({ units: 2 }),
    backwardLayer: gru({ units: 4, goBackwards: true }),
  });
  expect((await run(mixed))[0].shape).toEqual([N, 6]);
});

test('carries the states of both directions from run to run', async () => {
  const layer = () => bidirectional({ layer: lstm({ units: H, stateful: true }) });
  const parameters = new Parameters();
  const state = (b: Builder) => {
    const y = layer().build(b, b.input('x', [T, N, D], { initial: () => x.data }));
    return { y: y as Tensor };
  };
  const plan = buildPlan({ name: 'carried', limits: backend.limits, parameters }, state);
  expect(Object.keys(plan.states).sort()).toEqual(
    ['backward_lstm', 'forward_lstm'].flatMap((name) => [`${name}/c`, `${name}/h`]),
  );
  const executable = await backend.load(plan);
  executable.run();
  const first = Array.from(await backend.read(plan.outputs.y));
  executable.run();
  const second = Array.from(await backend.read(plan.outputs.y));
  for (const half of [0, H]) expect(second.slice(half, half + H)).not.toEqual(first.slice(half, half + H));
});

test('a config makes the same layer again', async () => {
  const it = bidirectional({
    ...{ name: 'both', mergeMode: null, trainable: false },
    layer: lstm({ units: 3, returnSequences: true, name: 'reader' }),
  });
  const config = JSON.parse(JSON.stringify(it.getConfig()));
  expect(config).toMatchObject({
    ...{ name: 'both', mergeMode: 'none', trainable: false },
    layer: { className: 'LSTM', config: { name: 'forward_reader', goBackwards: false } },
    backwardLayer: { className: 'LSTM', config: { name: 'backward_reader', goBackwards: true } },
  });
  const again = bidirectional(config);
  expect(JSON.parse(JSON.stringify(again.getConfig()))).toEqual(config);
  const results = [await run(it), await run(again)];
  expect(results[1]).toEqual(results[0]);
});

test('what does not go together is refused', () => {
  const layer = lstm({ units: 2 });
  expect(() => bidirectional({ layer, mergeMode: 'max' as never })).toThrow(
    /\[bidirectional\/mergeMode\] must be concat, sum, ave, mul, none or null, got "max"/,
  );
  expect(() => bidirectional({ layer: 'lstm' as never })).toThrow(
    /\[bidirectional\/layer\] must be a recurrent layer, such as lstm\(\{ units \}\), got "lstm"/,
  );
  expect(() => bidirectional({ layer, backwardLayer: lstm({ units: 2 }) })).toThrow(
    /\[bidirectional\/backwardLayer\] goes the same way as layer/,
  );
  const sequences = lstm({ units: 2, goBackwards: true, returnSequences: true });
  expect(() => bidirectional({ layer, backwardLayer: sequences })).toThrow(
    /\[bidirectional\] returnSequences is false in layer and true in backwardLayer/,
  );
  expect(() => bidirectional({ layer, direction: 'both' } as never)).toThrow(/has no option direction/);
  expect(() => bidirectional({ layer: { className: 'Dense', config: { units: 2 } } })).toThrow(
    /\[bidirectional\/layer\] there is no recurrent layer "Dense"; there are GRU, LSTM, RNN, SimpleRNN/,
  );
  const given = (states: number[][]) =>
    buildPlan({ name: 'states', limits: defaultLimits, parameters: new Parameters() }, (b) => {
      const inputs = states.map((shape, i) => b.input(`s${i}`, shape));
      bidirectional({ layer }).build(b, b.input('x', [T, N, D]), ...inputs);
    });
  expect(() =>
    given([
      [N, 2],
      [N, 2],
      [N, 2],
    ]),
  ).toThrow(
    /\[bidirectional\] takes 4 initial states, 2 of the forward layer and 2 of the backward one, got 3/,
  );
  expect(simpleRNN({ units: 1 }).stateCount).toBe(1);
});
