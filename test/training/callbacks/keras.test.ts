// Schedules and steering callbacks beside Keras itself: rates, the epochs that run, and the weights that are left.
import { describe, expect, test } from 'vitest';
import { earlyStopping } from '../../../src/training/callbacks/early_stopping.ts';
import { reduceLROnPlateau } from '../../../src/training/callbacks/reduce_lr_on_plateau.ts';
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
} from '../../../src/training/schedules.ts';
import { train, valuesOf } from './fake_training.ts';
import keras from './keras.json' with { type: 'json' };

const decay = { initialLearningRate: 0.1, decaySteps: 7 };
const falling = { ...decay, decayRate: 0.9 };
const bent = { ...decay, endLearningRate: 0.01, power: 2 };
const restarts = { initialLearningRate: 0.1, firstDecaySteps: 7, mMul: 0.5, alpha: 0.1 };

/** By their names in the file. */
const schedules: Record<keyof typeof keras.schedules, Schedule> = {
  exp: exponentialDecay(falling),
  expst: exponentialDecay({ ...falling, staircase: true }),
  inv: inverseTimeDecay({ ...falling, staircase: true }),
  poly: polynomialDecay(bent),
  polyc: polynomialDecay({ ...bent, cycle: true }),
  cos: cosineDecay({
    initialLearningRate: 0.01,
    decaySteps: 70,
    alpha: 0.1,
    warmupTarget: 0.1,
    warmupSteps: 5,
  }),
  cos0: cosineDecay({ initialLearningRate: 0.1, decaySteps: 20 }),
  res: cosineDecayRestarts({ ...restarts, tMul: 2 }),
  res1: cosineDecayRestarts({ ...restarts, tMul: 1 }),
  pc: piecewiseConstant({ boundaries: [3, 9], values: [0.1, 0.05, 0.01] }),
};

describe('schedules, to the rounding of f32', () => {
  for (const [name, schedule] of Object.entries(schedules)) {
    test(`${schedule.className} (${name})`, () => {
      const rates = keras.schedules[name as keyof typeof keras.schedules];
      keras.steps.forEach((step, i) => {
        expect(Math.abs(schedule(step) - rates[i]), `at step ${step}`).toBeLessThan(2e-8);
      });
    });
  }
});

const factories = { earlyStopping, reduceLROnPlateau };

describe.each(Object.keys(factories))('%s', (name) => {
  const cases = keras.cases.filter(({ callback }) => callback === name);
  test.each(cases)('$options over $valLoss', async ({ options, valLoss, epochs, rates, weight }) => {
    const callback = factories[name as keyof typeof factories](options);
    const outcome = await train(callback, valuesOf('val_loss', valLoss));
    expect(outcome.epochs).toBe(epochs);
    expect(outcome.weight).toBe(weight);
    rates.forEach((rate, e) => {
      expect(outcome.rates[e], `in epoch ${e}`).toBeCloseTo(rate, 6);
    });
  });
});
