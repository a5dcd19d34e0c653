// How a recurrence is scheduled: strategies agree, f16 is near f32 and says where it is not used, and the cost model's choices.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { measureChoice } from '../../src/backends/tuner.ts';
import { buildPlan } from '../../src/core/builder.ts';
import type { Chosen } from '../../src/core/choices.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { forced, halfStrategyNames, strategyNames } from '../harness/strategies.ts';
import { difference, layers, runTwoLayers } from './strategies.ts';

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    test('strategies agree in f64', async () => {
      for (const masked of [false, true]) {
        const steps = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'step'), make, masked);
        for (const strategy of strategyNames) {
          const got = await runTwoLayers(forced(cpu({ precision: 'f64' }), strategy), make, masked);
          for (const [what, expected] of steps) {
            expect(difference(got.get(what)!, expected), `${strategy} ${what}`).toBeLessThan(1e-12);
          }
        }
      }
    });

    test('f16 gives nearly the same', async () => {
      const exact = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'step'), make, true);
      for (const strategy of halfStrategyNames) {
        const got = await runTwoLayers(forced(cpu({ precision: 'f64' }), strategy), make, true);
        const apart = [...exact].map(([what, expected]) => difference(got.get(what)!, expected));
        // A half has 11 bits.
        expect(Math.max(...apart)).toBeLessThan(2e-3);
        expect(Math.max(...apart)).toBeGreaterThan(1e-6);
      }
    });
  });
}

/** What a plan of one LSTM layer chooses, forward and backward, and the plan as text. */
function planned(
  limits: Limits,
  [N, T, H]: readonly number[],
  cell = 'lstm',
): { chosen: string[]; text: string; choices: readonly Chosen[] } {
  const parameters = new Parameters();
  const plan = buildPlan({ name: 'choice', limits, parameters, training: true }, (b) => {
    const y = layers[cell]({ units: H, returnSequences: true }).build(b, b.input('x', [T, N, 4]));
    b.adoptGrad(y, b.input('dy', y.shape));
    b.backward();
  });
  const choices = plan.choices.filter((c) => / T\d+ N\d+ H/.test(c.key));
  return { chosen: choices.map((c) => c.chosen), text: plan.explain(), choices };
}

const h100: Limits = {
  ...defaultLimits,
  workgroupThreads: 1024,
  workgroupBytes: 48 * 1024,
  model: deviceModel('nvidia hopper NVIDIA H100 80GB HBM3', false),
};

/** Batch, steps and units. */
const small = [
  [16, 16, 64],
  [20, 35, 100],
  [64, 128, 96],
] as const;
const large = [
  [16, 32, 512],
  [20, 35, 650],
  [64, 128, 1024],
] as const;

describe('the cost model on an H100', () => {
  for (const cell of ['lstm', 'gru, reset after', 'gru, reset before']) {
    for (const sizes of small) {
      test(`${cell}: weights stay in registers at [N,T,H] = ${sizes.join()}`, () => {
        for (const name of planned(h100, sizes, cell).chosen) expect(name).toMatch(/^register/);
      });
    }

    for (const sizes of large) {
      test(`${cell}: weights do not stream through one core at [N,T,H] = ${sizes.join()}`, () => {
        const { chosen } = planned(h100, sizes, cell);
        expect(chosen).toHaveLength(2);
        for (const name of chosen) expect(name).not.toMatch(/^(sequence|register)/);
      });
    }
  }

  test.each([
    ['lstm', 112],
    ['gru, reset after', 128],
    ['gru, reset before', 128],
    ['simpleRNN', 224],
  ])('%s: weights of up to %i units stay in registers', (cell, most) => {
    const offered = (units: number) =>
      planned(h100, [16, 4, units], cell).choices.map((c) =>
        c.candidates.some((it) => it.name === 'register 1'),
      );
    expect(offered(most)).toEqual([true, true]);
    expect(offered(most + 1)).toEqual([false, false]);
  });

  test('f16 keeps the weights of more units in registers, and those that fit anyway in f32', () => {
    const limits: Limits = { ...h100, precision: 'f16' };
    expect(planned(limits, [32, 32, 128]).chosen).toEqual(['register 1 f16', 'register 1 f16']);
    expect(planned(limits, [32, 32, 156]).chosen).toEqual(['register 1 f16', 'register 1 f16']);
    expect(planned(limits, [20, 35, 100]).chosen).toEqual(['register 1', 'register 1']);
  });
});

describe('a software adapter', () => {
  test('takes one dispatch a step, where a barrier costs more than the launches', () => {
    const limits: Limits = { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) };
    for (const sizes of [...small, ...large]) expect(planned(limits, sizes).chosen).toEqual(['step', 'step']);
  });
});

describe('where f16 is allowed', () => {
  test('the plan says which recurrences read their weights in f32', () => {
    const limits: Limits = { ...h100, precision: 'f16' };
    expect(planned(limits, [32, 32, 128]).text).toMatch(/lstm forward T32 N32 H128 f16: register 1 f16 \(by/);
    expect(planned(limits, [20, 35, 650]).text).toMatch(
      /lstm forward T35 N20 H650 f16: (step|tile[^,]*), weights in f32 \(by/,
    );
    expect(planned(h100, [20, 35, 650]).text).not.toMatch(/f16|weights in f32/);
  });

  test('measuring finds that its candidates and those in f32 agree', async () => {
    const limits: Limits = { ...h100, precision: 'f16' };
    const [forward] = planned(limits, [4, 3, 16]).choices;
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message);
    const found = await measureChoice(forward, cpu({ limits }), { warn });
    expect(warnings).toEqual([]);
    expect(Object.keys(found!.microseconds)).toEqual(
      expect.arrayContaining(['register 1', 'sequence 1 f16']),
    );
  });
});
