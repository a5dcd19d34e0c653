// What moving averages of weights have to do, on any backend.
import { expect } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
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
