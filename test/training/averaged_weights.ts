// What moving averages of weights have to do, on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { averagedWeights } from '../../src/training/averaged_weights.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';

/** Averages follow Keras' equation, swap with the weights and back, and take their place; frozen weights stay. */
export async function checkAverages(backend: Backend): Promise<void> {
  const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  const update = await updatePlan(backend, optimizer, [
    { shape: [2], data: [4, 8] },
    { shape: [1], data: [7], trainable: false },
    { shape: [1], data: [2] },
  ]);
  const averages = await averagedWeights(backend, update.parameters, optimizer);
  const all = async () => [
    ...(await update.weights(0)),
    ...(await update.weights(1)),
    ...(await update.weights(2)),
  ];
  for (const step of [1, 2, 3]) update.run(step, [[1, 2], [0], [0.5]]);
  expect(await all()).toEqual([1, 2, 7, 0.5]);
  // The first average is 3, 6, 1.5; each later one is half of it and half of the weights.
  const expected = [1.75, 3.5, 7, 0.875];
  averages.swap();
  expect(await all()).toEqual(expected);
  averages.swap();
  expect(await all()).toEqual([1, 2, 7, 0.5]);
  averages.finalizeVariableValues();
  expect(await all()).toEqual(expected);
  averages.dispose();
  update.dispose();
}

/** Averages take the place of the weights after each second update. */
export async function checkOverwriting(backend: Backend): Promise<void> {
  const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5, emaOverwriteFrequency: 2 });
  const update = await updatePlan(backend, optimizer, [{ shape: [1], data: [8] }]);
  const seen: number[] = [];
  for (const step of [1, 2, 3, 4]) {
    update.run(step, [[2]]);
    seen.push((await update.weights())[0]);
  }
  // Averages: 6, then (6 + 4) / 2, then (5 + 3) / 2, then (4 + 1) / 2.
  expect(seen).toEqual([6, 5, 3, 2.5]);
  update.dispose();
}

/** A weight that is trained later begins its average from itself; what no update has averaged is left alone. */
export async function checkLateAverages(backend: Backend): Promise<void> {
  const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  const parameters = new Parameters();
  const values = [[8], [4, 0], [6]];
  const load = async () => {
    let hyper!: Tensor;
    const plan = buildPlan({ name: 'update', limits: backend.limits, parameters, training: true }, (b) => {
      values.forEach((value, i) => {
        b.param(`p${i}`, [value.length], () => value);
      });
      hyper = optimizer.build(b).hyper;
    });
    return { hyper, executable: await backend.load(plan) };
  };
  const all = async () =>
    (await Promise.all(parameters.all.map(async (t) => Array.from(await backend.read(t))))).flat();
  const setFree = (free: readonly boolean[]) =>
    parameters.all.forEach((t, i) => {
      parameters.setTrainable(t, free[i]);
    });
  const step = ({ hyper, executable }: Awaited<ReturnType<typeof load>>, count: number) => {
    [[1], [0.5, 0], [2]].forEach((gradient, i) => {
      backend.write(parameters.gradientOf(parameters.all[i]), gradient);
    });
    backend.write(hyper, optimizer.hyper(count));
    executable.run();
  };
  const whole = await load();
  const untouched = await averagedWeights(backend, parameters, optimizer);
  untouched.finalizeVariableValues();
  untouched.swap();
  expect(await all()).toEqual([8, 4, 0, 6]);
  setFree([true, false, false]);
  const first = await load();
  for (const count of [1, 2]) step(first, count);
  setFree([true, true, false]);
  const second = await load();
  for (const count of [3, 4]) step(second, count);
  expect(await all()).toEqual([4, 3, 0, 6]);
  setFree([true, true, true]);
  const averages = await averagedWeights(backend, parameters, optimizer);
  averages.swap();
  // 7, 6.5, 5.75, 4.875; then 3.5, 3.25, and zeros whose average is zero.
  const [a, b, zero, untrained] = await all();
  expect([a, b, Math.abs(zero), untrained]).toEqual([4.875, 3.25, 0, 6]);
  averages.swap();
  averages.finalizeVariableValues();
  expect((await all()).map(Math.abs)).toEqual([4.875, 3.25, 0, 6]);
  for (const one of [untouched, averages]) one.dispose();
  for (const { executable } of [whole, first, second]) executable.dispose();
  backend.release(parameters.storage);
}
