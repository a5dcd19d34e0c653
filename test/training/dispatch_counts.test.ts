// What a training step costs in dispatches: a constant number with all time steps in one, two for each step otherwise.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import type { Plan } from '../../src/core/plan.ts';
import { dense } from '../../src/layers/dense.ts';
import { embedding } from '../../src/layers/embedding.ts';
import { sequential } from '../../src/models/sequential.ts';
import { languageTrainer } from '../../src/training/language_trainer.ts';
import { adam } from '../../src/training/optimizers.ts';
import { layers } from '../layers/strategies.ts';

const sizes = {
  tiny: { N: 4, T: 2, D: 8, H: 8, V: 30 },
  S: { N: 16, T: 16, D: 32, H: 64, V: 32 },
  M: { N: 32, T: 32, D: 64, H: 128, V: 64 },
  textbook: { N: 20, T: 35, D: 100, H: 100, V: 10000 },
  'H = 512': { N: 16, T: 64, D: 512, H: 512, V: 64 },
  large: { N: 64, T: 128, D: 1024, H: 1024, V: 64 },
};

/** What browsers grant on such a device, and the model by its name. */
function device(name: string, workgroupBytes: number): Limits {
  return { ...defaultLimits, workgroupThreads: 1024, workgroupBytes, model: deviceModel(name, false) };
}
const devices: Record<string, Limits> = {
  H100: device('NVIDIA H100', 49152),
  'Apple M1': device('Apple M1', 32768),
  'integrated Intel': device('Intel Iris Xe', 32768),
  'an unknown GPU': defaultLimits,
  'a software adapter': { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) },
};

/** The training plan of one layer, clipped by the norm; nothing is loaded or drawn. */
async function planOf(cell: string, size: keyof typeof sizes, limits: Limits): Promise<Plan> {
  const { N, T, D, H, V } = sizes[size];
  const built = new Error('the plan is built');
  let plan!: Plan;
  const trainer = languageTrainer({
    model: sequential([
      embedding({ inputDim: V, outputDim: D }),
      layers[cell]({ units: H, returnSequences: true, stateful: true }),
      dense({ units: V }),
    ]),
    backend: {
      ...cpu({ limits }),
      tune: async (it) => {
        plan = it;
        throw built;
      },
    },
    tokens: new Uint32Array(N * T + 1),
    batch: N,
    window: T,
    optimizer: adam({ globalClipNorm: 1 }),
  });
  await expect(trainer).rejects.toBe(built);
  return plan;
}

const recurrences = ({ choices }: Plan) => choices.filter(({ key }) => / T\d+ N\d+ H\d+/.test(key));

/** Limits under which recurrences take the ways that a name begins with, and those that run where there are none such. */
function preferring(limits: Limits, way: string, free: Plan): Limits {
  const chosen = new Map(
    recurrences(free).map(({ key, candidates }) => [
      key,
      candidates.find(({ name }) => name.startsWith(way))?.name ?? candidates[0].name,
    ]),
  );
  return { ...limits, tuned: { get: (key) => chosen.get(key) } };
}

// The reset before the product makes two products of a step, and no kernel may wait for another within one.
const eachStep = (cell: string) => (cell === 'gru, reset before' ? 4 : 2);

describe.each(Object.keys(devices))('on %s', (name) => {
  const limits = devices[name];

  test.each(Object.keys(layers))('%s: at most 30 dispatches, or 24 and those of the steps', async (cell) => {
    for (const size of Object.keys(sizes) as (keyof typeof sizes)[]) {
      const { T } = sizes[size];
      const free = await planOf(cell, size, limits);
      const plans = [free];
      for (const way of ['step', 'tile', 'sequence', 'register']) {
        plans.push(await planOf(cell, size, preferring(limits, way, free)));
      }
      for (const plan of plans) {
        const chosen = recurrences(plan).map((c) => c.chosen);
        const directions = chosen.filter((way) => /^(step|tile)/.test(way)).length;
        const most = directions === 0 ? 30 : (eachStep(cell) * T * directions) / 2 + 24;
        expect(plan.counts().dispatches, `${size} by ${chosen}`).toBeLessThanOrEqual(most);
      }
    }
  });
});

test('both bounds are reached by ways that were asked for', async () => {
  const free = await planOf('lstm', 'M', devices.H100);
  const chosen = async (way: string) =>
    recurrences(await planOf('lstm', 'M', preferring(devices.H100, way, free))).map((c) => c.chosen);
  expect(await chosen('step')).toEqual(['step', 'step']);
  expect(await chosen('sequence')).toEqual(['sequence 1', 'sequence 1']);
});

test('what the dispatches besides the steps are, where products split most', async () => {
  // The counts that docs/performance.md tells.
  const besides = async (cell: string, size: keyof typeof sizes, way: string) => {
    const free = await planOf(cell, size, devices.H100);
    const plan = await planOf(cell, size, preferring(devices.H100, way, free));
    const steps = way === 'sequence' ? 0 : eachStep(cell) * sizes[size].T;
    return plan.counts().dispatches - steps;
  };
  expect(await besides('lstm', 'textbook', 'sequence')).toBe(23);
  expect(await besides('gru, reset after', 'textbook', 'sequence')).toBe(24);
  expect(await besides('gru, reset after', 'large', 'tile')).toBe(23);
  expect(await besides('gru, reset before', 'large', 'tile')).toBe(23);
});
