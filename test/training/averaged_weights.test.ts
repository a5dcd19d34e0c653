// Moving averages of weights on the CPU, and what is refused.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { averagedWeights } from '../../src/training/averaged_weights.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { checkAverages, checkLateAverages, checkOverwriting } from './averaged_weights.ts';

test('averages swap with the weights and take their place', () => checkAverages(cpu()));
test('averages overwrite the weights as often as asked', () => checkOverwriting(cpu()));

test('what is trained later begins from itself, what is not trained stays', () => checkLateAverages(cpu()));

test('averages that are read and written again go on, those of zero too', async () => {
  const backend = cpu();
  const parameters = new Parameters();
  const optimizer = sgd({ learningRate: 1, useEma: true, emaMomentum: 0.5 });
  let hyper!: Tensor;
  const plan = buildPlan({ name: 'update', limits: backend.limits, parameters, training: true }, (b) => {
    b.param('w', [2], () => [0, 3]);
    hyper = optimizer.build(b).hyper;
  });
  const executable = await backend.load(plan);
  const slot = parameters.slots.get(optimizer.averageSlot!)!;
  const gradient = parameters.gradientOf(parameters.get('w')!);
  const step = (count: number, slopes: number[]) => {
    backend.write(gradient, slopes);
    backend.write(hyper, optimizer.hyper(count));
    executable.run();
  };
  step(1, [0, 1]);
  // As a file holds them.
  const kept = Float32Array.from(await backend.read(slot));
  backend.write(slot, new Float32Array(kept.length));
  backend.write(slot, kept);
  step(2, [-4, 0]);
  expect(Array.from(await backend.read(slot)).slice(0, 2)).toEqual([2, 2]);
});

test('an optimizer without averages is refused', async () => {
  const refused = averagedWeights(cpu(), new Parameters(), adam());
  await expect(refused).rejects.toThrow(OptionError);
  await expect(refused).rejects.toThrow('make it by adam({ useEma: true })');
});

test('parameters that no plan trains are refused', async () => {
  const refused = averagedWeights(cpu(), new Parameters(), sgd({ useEma: true }));
  await expect(refused).rejects.toThrow(OptionError);
  await expect(refused).rejects.toThrow('build the training plan first');
});
