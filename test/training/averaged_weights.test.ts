// Moving averages of weights on the CPU, and what is refused.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { OptionError } from '../../src/core/errors.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { averagedWeights } from '../../src/training/averaged_weights.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { checkAverages, checkOverwriting } from './averaged_weights.ts';

test('averages swap with the weights and take their place', () => checkAverages(cpu()));
test('averages overwrite the weights as often as asked', () => checkOverwriting(cpu()));

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
