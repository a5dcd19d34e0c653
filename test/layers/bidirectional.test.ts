// Both directions of a recurrent layer: against two layers of one direction, gradients, strategies, dispatches.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { measureChoice } from '../../src/backends/tuner.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { fromStorage, Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { bidirectional, type MergeMode, mergeModes } from '../../src/layers/bidirectional.ts';
import type { AnyLayer, Outputs } from '../../src/layers/layer.ts';
import { lstm } from '../../src/layers/lstm.ts';
import type { RecurrentLayer, RecurrentOptions } from '../../src/layers/recurrent.ts';
import { checkGradients, seedGradient } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';
import { forcing, halfStrategyNames, strategyNames } from '../harness/strategies.ts';
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
      for (const strategy of halfStrategyNames) {
        const got = await forced(strategy);
        const apart = got.map((v, i) => Math.abs(v - expected[i]));
        // A half has 11 bits.
        expect(Math.max(...apart), strategy).toBeLessThan(2e-3);
        expect(Math.max(...apart), strategy).toBeGreaterThan(1e-6);
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

test.each(['lstm', 'gru, reset after'])('choices for both directions of %s are measured', async (name) => {
  const limits = { ...forcing(defaultLimits, 'register 1 f16'), tuned: { get: () => undefined } };
  const plan = buildPlan({ name: 'choices', limits, parameters: new Parameters(), training: true }, (b) => {
    const y = bidirectional({ layer: layers[name]({ units: 16 }) }).build(
      b,
      b.input('x', [3, 4, D]),
    ) as Tensor;
    seedGradient(b, y, b.input('dy', y.shape));
    b.backward();
  });
  const choices = plan.choices.filter((c) => c.key.includes('T3 N4 H16 x2'));
  expect(choices.length).toBe(2);
  const warnings: string[] = [];
  const names = ['step', 'tile 4x8', 'sequence 1 f16'];
  for (const choice of choices) {
    const candidates = choice.candidates.filter((c) => names.includes(c.name));
    const found = await measureChoice({ ...choice, candidates }, cpu({ limits }), {
      warn: (message) => warnings.push(message),
    });
    expect(Object.keys(found!.microseconds).sort()).toEqual([...names].sort());
  }
  expect(warnings).toEqual([]);
});

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
