// Recurrent layers of each cell: states, direction, dropout, zeros at masked steps, carried states, rules of weights, configs.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { maxNorm } from '../../src/layers/constraints.ts';
import type { AnyLayer } from '../../src/layers/layer.ts';
import type { RecurrentOptions } from '../../src/layers/recurrent.ts';
import { emitPenalties, l2 } from '../../src/layers/regularizers.ts';
import { checkGradients } from '../harness/gradient_check.ts';
import { type LayerRun, type Numbers, runLayer } from '../harness/layer_run.ts';
import { forcing } from '../harness/strategies.ts';
import { layers } from './strategies.ts';

const [N, T, D, H] = [3, 4, 2, 5];
const backend = cpu({ precision: 'f64' });
const values = Array.from({ length: N * T * D }, (_, i) => Math.sin(3 * i + 1));
const x: Numbers = { shape: [N, T, D], data: values };
const flags = [1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1];
const run = async (layer: AnyLayer, input: Numbers = x, options?: LayerRun) =>
  (await runLayer(layer, [input], backend, options)).outputs.map(({ shape, data }) => ({
    shape,
    data: Array.from(data),
  }));

/** Arrays [N,T,...] with the steps of each sample from the last. */
function fromTheEnd(data: ArrayLike<number>, [samples, steps, width = 1]: readonly number[]): number[] {
  const at = (n: number, t: number, k: number) => data[(n * steps + t) * width + k];
  return Array.from({ length: samples * steps * width }, (_, i) => {
    const t = Math.floor(i / width) % steps;
    return at(Math.floor(i / width / steps), steps - 1 - t, i % width);
  });
}

const masked: Numbers = { ...x, mask: flags };
const maskedFromTheEnd: Numbers = {
  shape: x.shape,
  data: fromTheEnd(values, x.shape),
  mask: fromTheEnd(flags, [N, T]),
};

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    const layer = (more: Partial<RecurrentOptions>) =>
      make({ units: H, biasInitializer: 'randomNormal', ...more });

    test('returns its states behind the output', async () => {
      const it = layer({ returnState: true });
      const [out, h, ...rest] = await run(it);
      expect(it.outputs).toBe(2 + rest.length);
      expect(rest.length).toBe(name === 'lstm' ? 1 : 0);
      expect(h.data).toEqual(out.data);
      const [sequence, last] = await run(layer({ returnState: true, returnSequences: true }));
      expect(sequence.shape).toEqual([N, T, H]);
      for (let n = 0; n < N; n++) {
        const at = (n * T + T - 1) * H;
        expect(sequence.data.slice(at, at + H)).toEqual(last.data.slice(n * H, (n + 1) * H));
      }
    });

    test.each([false, true])(
      'goes backward as over the reversed sequence, zeros where masked: %s',
      async (zeros) => {
        const more = { returnSequences: true, returnState: true, zeroOutputForMask: zeros };
        const forward = await run(layer(more), maskedFromTheEnd);
        const backward = await run(layer({ ...more, goBackwards: true }), masked);
        expect(backward.map((y) => y.data)).toEqual(forward.map((y) => y.data));
        const last = { zeroOutputForMask: zeros };
        const [one] = await run(layer(last), maskedFromTheEnd);
        const [other] = await run(layer({ ...last, goBackwards: true }), masked);
        expect(other.data).toEqual(one.data);
        const atLastStep = fromTheEnd(flags, [N, T]).filter((_, i) => i % T === T - 1);
        for (const [n, counts] of atLastStep.entries()) {
          const row = one.data.slice(n * H, (n + 1) * H);
          expect(row.every((v) => v === 0)).toBe(zeros && counts === 0);
        }
      },
    );

    test.each([false, true])(
      'gives zeros before the first valid step of given states, from the end: %s',
      async (goBackwards) => {
        // Sample 0 begins at step 1, sample 1 nowhere, sample 2 ends at step 1.
        const mask = [0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0];
        const states = Array.from({ length: layer({}).stateCount }, () => ({
          shape: [N, H],
          data: Array.from({ length: N * H }, (_, i) => 0.1 + 0.01 * i),
        }));
        const of = async (more: Partial<RecurrentOptions>) => {
          const it = layer({ goBackwards, returnState: true, ...more });
          const { outputs } = await runLayer(it, [{ ...x, mask }, ...states], backend);
          return outputs.map((y) => Array.from(y.data));
        };
        const [y, h] = await of({ returnSequences: true });
        const [last] = await of({});
        const flagged = goBackwards ? fromTheEnd(mask, [N, T]) : mask;
        for (let n = 0; n < N; n++) {
          const steps = flagged.slice(n * T, (n + 1) * T);
          for (let t = 0; t < T; t++) {
            const begun = steps.slice(0, t + 1).includes(1);
            expect(y.slice((n * T + t) * H, (n * T + t + 1) * H).some((v) => v !== 0)).toBe(begun);
          }
          const final = y.slice((n * T + T - 1) * H, (n + 1) * T * H);
          expect(last.slice(n * H, (n + 1) * H)).toEqual(final);
        }
        // The state of a sample without valid steps stays as it was given.
        expect(h.slice(H, 2 * H)).toEqual(states[0].data.slice(H, 2 * H));
      },
    );

    for (const strategy of ['step', 'tile 4x8', 'sequence 2', 'register 1']) {
      test(`gradients backward in time, by ${strategy}`, () =>
        checkGradients({
          limits: forcing(defaultLimits, strategy),
          inputs: { mask: flags },
          build(b) {
            const input = b.input('x', [T, N, D], { differentiable: true });
            b.setMask(input, b.input('mask', [T, N], { dtype: 'u32' }));
            const it = layer({ returnSequences: true, goBackwards: true });
            const initialState = Array.from({ length: it.stateCount }, (_, i) =>
              b.input(`initial ${i}`, [N, H], { differentiable: true }),
            );
            const { sequence, states } = it.run(b, input, { initialState });
            return {
              outputs: [it.build(b, input, ...initialState), sequence, ...states],
              inputs: [input, ...initialState],
            };
          },
        }));
    }

    test('gradients with dropout of the inputs', () =>
      checkGradients({
        build(b) {
          const input = b.input('x', [T, N, D], { differentiable: true });
          return { outputs: [layer({ dropout: 0.4 }).build(b, input)], inputs: [input] };
        },
      }));

    test('carries its state from run to run, also from the end', async () => {
      for (const goBackwards of [false, true]) {
        const parameters = new Parameters();
        const state = (b: Builder): Record<string, Tensor> => {
          const input = b.input('x', [T, N, D], { initial: () => values });
          return { y: b.scope('it', () => layer({ stateful: true, goBackwards }).build(b, input)) };
        };
        const carried = buildPlan({ name: 'carried', limits: backend.limits, parameters }, state);
        const long = buildPlan({ name: 'long', limits: backend.limits, parameters }, (b) => {
          const input = b.input('x', [2 * T, N, D], { initial: () => [...values, ...values] });
          return { y: b.scope('it', () => layer({ goBackwards }).build(b, input)) };
        });
        const chunks = await backend.load(carried);
        chunks.run();
        chunks.run();
        const whole = await backend.load(long);
        whole.run();
        const expected = await backend.read(long.outputs.y);
        expect(Array.from(await backend.read(carried.outputs.y))).toEqual(Array.from(expected));
      }
    });

    test('gives a config that makes the same layer', async () => {
      const it = layer({
        ...{ name: 'it', returnSequences: true, goBackwards: true, dropout: 0.25, recurrentDropout: 0.5 },
        ...{ kernelRegularizer: l2(0.1), recurrentConstraint: maxNorm({ maxValue: 3 }), trainable: false },
        ...{ activityRegularizer: 'l1', unroll: true, zeroOutputForMask: true, returnState: true },
      });
      const config = JSON.parse(JSON.stringify(it.getConfig()));
      expect(config).toMatchObject({
        ...{ name: 'it', units: H, returnSequences: true, goBackwards: true, dropout: 0.25, stateful: false },
        ...{
          recurrentDropout: 0.5,
          trainable: false,
          useBias: true,
          zeroOutputForMask: true,
          returnState: true,
        },
        kernelInitializer: { className: 'GlorotUniform' },
        recurrentInitializer: { className: 'Orthogonal' },
        biasInitializer: { className: 'RandomNormal' },
        kernelRegularizer: { className: 'L2', config: { l2: 0.1 } },
        recurrentConstraint: { className: 'MaxNorm', config: { maxValue: 3, axis: 0 } },
        biasRegularizer: null,
        activityRegularizer: { className: 'L1', config: { l1: 0.01 } },
      });
      const again = make(config);
      expect(JSON.parse(JSON.stringify(again.getConfig()))).toEqual(config);
      const results = [await run(it), await run(again)].map((all) => all.map((y) => y.data));
      expect(results[1]).toEqual(results[0]);
    });

    test('declares the rules of its weights', () => {
      buildPlan({ name: 'rules', limits: backend.limits, parameters: new Parameters() }, (b) => {
        const it = layer({
          ...{ kernelRegularizer: 'l1', recurrentRegularizer: 'l2', biasRegularizer: 'l2' },
          ...{ biasConstraint: 'nonNeg', activityRegularizer: 'l2', returnState: true },
        });
        it.build(b, b.input('x', [T, N, D]));
        // Those of three weights and of each output.
        expect(emitPenalties(b).length).toBe(3 + 1 + it.stateCount);
        const bias = b.parameters.all.find((p) => p.name === 'bias')!;
        expect(b.parameters.rulesOf(bias).constraint?.name).toBe('NonNeg');
      });
    });
  });
}
