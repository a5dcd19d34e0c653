// Weights of several plans: gradients and slots that one plan leaves must not reach into another.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { dense } from '../../src/layers/dense.ts';
import { meanSquaredError } from '../../src/training/losses.ts';
import { adam, type Optimizer, sgd } from '../../src/training/optimizers.ts';

/** Two dense layers; the first is frozen in the plans that are asked for it. */
function twoLayers(optimizer: Optimizer) {
  const backend = cpu({ precision: 'f64' });
  const parameters = new Parameters({ seed: 3 });
  const layers = [dense({ units: 3, name: 'below' }), dense({ units: 1, name: 'above' })];
  const load = async (frozen: boolean) => {
    for (const t of parameters.all) {
      parameters.setTrainable(t, !(frozen && t.name.startsWith('below/')));
    }
    let update!: { hyper: Tensor; norm: Tensor | undefined };
    const plan = buildPlan({ name: 'step', limits: backend.limits, parameters, training: true }, (b) => {
      const x = b.input('x', [2, 2], { initial: () => [3, 5, -4, 7] });
      const y = layers.reduce((into, layer) => b.scope(layer.name, () => layer.build(b, into)), x);
      meanSquaredError()(b, y, b.input('target', [2, 1], { initial: () => [40, -30] }));
      b.backward();
      update = optimizer.build(b);
    });
    return { executable: await backend.load(plan), plan, update };
  };
  const step = ({ executable, update }: Awaited<ReturnType<typeof load>>, count: number) => {
    backend.write(update.hyper, optimizer.hyper(count));
    executable.run();
  };
  const read = async () => Promise.all(parameters.all.map(async (t) => Array.from(await backend.read(t))));
  const write = (values: readonly ArrayLike<number>[]) => {
    parameters.all.forEach((t, i) => {
      backend.write(t, values[i]);
    });
  };
  return { backend, parameters, load, step, read, write };
}

test('the norm of all gradients does not count those that a layer had before it was frozen', async () => {
  const optimizer = sgd({ learningRate: 0.1, globalClipNorm: 1 });
  const late = twoLayers(optimizer);
  late.step(await late.load(false), 1);
  const weights = await late.read();
  const frozen = await late.load(true);
  late.step(frozen, 2);

  const fresh = twoLayers(optimizer);
  await fresh.load(false);
  fresh.write(weights);
  const from = await fresh.load(true);
  fresh.step(from, 2);
  expect(await late.read()).toEqual(await fresh.read());
  expect(await late.read()).not.toEqual(weights);
  expect(Array.from(await late.backend.read(frozen.update.norm!))).toEqual(
    Array.from(await fresh.backend.read(from.update.norm!)),
  );
});

test('a plan that trains everything clears nothing', async () => {
  const { load } = twoLayers(sgd({ globalClipNorm: 1 }));
  const { plan } = await load(false);
  expect(plan.steps.filter(({ kind }) => kind === 'clear')).toEqual([]);
});

test('slots of another optimizer are dropped, and begin anew when they are asked for', async () => {
  const { load, parameters } = twoLayers(adam());
  await load(false);
  const other = parameters.slot('adamW/mean');
  const [mean, square] = [parameters.slot('adam/mean'), parameters.slot('adam/square')];
  expect(parameters.dropSlots('adam')).toEqual([other]);
  expect([...parameters.slots.keys()]).toEqual(['adam/mean', 'adam/square']);
  expect(parameters.storage).not.toContain(other);
  expect(parameters.dropSlots()).toEqual([mean, square]);
  expect(parameters.slots.size).toBe(0);
  expect(parameters.slot('adam/mean')).not.toBe(mean);
});
