// Schedules give the numbers of the formulas in Keras' and PyTorch's documentation, and survive a file.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimizerFromConfig, sgd } from '../../src/training/optimizers.ts';
import {
  cosineDecay,
  cosineDecayRestarts,
  exponentialDecay,
  inverseTimeDecay,
  oneCycle,
  piecewiseConstant,
  polynomialDecay,
  type Schedule,
  scheduleFromConfig,
  warmUp,
} from '../../src/training/schedules.ts';

const close = (schedule: Schedule, expected: Readonly<Record<number, number>>) => {
  for (const [step, rate] of Object.entries(expected)) {
    expect(schedule(Number(step)), `at step ${step}`).toBeCloseTo(rate, 12);
  }
};

describe('the numbers of the formulas', () => {
  test('exponential decay, smooth and in stairs', () => {
    const options = { initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.96 };
    close(exponentialDecay(options), {
      0: 0.1,
      500: 0.09797958971132713,
      1000: 0.096,
      2500: 0.1 * 0.96 ** 2.5,
    });
    close(exponentialDecay({ ...options, staircase: true }), {
      999: 0.1,
      1000: 0.096,
      1999: 0.096,
      2000: 0.09216,
    });
  });

  test('inverse time decay', () => {
    const options = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
    close(inverseTimeDecay(options), { 0: 0.1, 5: 0.08, 10: 0.1 / 1.5, 20: 0.05 });
    close(inverseTimeDecay({ ...options, staircase: true }), { 9: 0.1, 10: 0.1 / 1.5, 39: 0.04 });
  });

  test('polynomial decay, once and in cycles', () => {
    const options = { initialLearningRate: 0.1, decaySteps: 100, endLearningRate: 0.01, power: 2 };
    close(polynomialDecay(options), { 0: 0.1, 50: 0.09 * 0.25 + 0.01, 100: 0.01, 1000: 0.01 });
    // In the second cycle the steps count out of 200.
    close(polynomialDecay({ ...options, cycle: true }), {
      0: 0.1,
      100: 0.01,
      150: 0.09 / 16 + 0.01,
      200: 0.01,
    });
    close(polynomialDecay({ initialLearningRate: 0.1, decaySteps: 100 }), { 50: 0.0999 / 2 + 0.0001 });
  });

  test('cosine decay, with and without a warm-up', () => {
    close(cosineDecay({ initialLearningRate: 0.1, decaySteps: 1000 }), {
      0: 0.1,
      250: 0.05 + 0.025 * Math.SQRT2,
      500: 0.05,
      1000: 0,
      9999: 0,
    });
    const warm = {
      initialLearningRate: 0,
      decaySteps: 1000,
      alpha: 0.1,
      warmupTarget: 0.1,
      warmupSteps: 100,
    };
    close(cosineDecay(warm), { 0: 0, 25: 0.025, 100: 0.1, 600: 0.055, 1100: 0.01, 1200: 0.01 });
  });

  test('cosine decay with restarts', () => {
    const options = { initialLearningRate: 0.1, firstDecaySteps: 10, tMul: 2, mMul: 0.5, alpha: 0.1 };
    // Decays of 10, 20 and 40 updates; halfway each is at 0.1 · (0.9 · m/2 + 0.1).
    close(cosineDecayRestarts(options), { 0: 0.1, 5: 0.055, 10: 0.055, 20: 0.0325, 30: 0.0325, 50: 0.02125 });
    close(cosineDecayRestarts({ ...options, tMul: 1 }), { 5: 0.055, 15: 0.0325, 25: 0.02125 });
  });

  test('piecewise constant: a boundary belongs to the value before it', () => {
    const rate = piecewiseConstant({ boundaries: [100, 110], values: [1, 0.5, 0.1] });
    close(rate, { 0: 1, 100: 1, 101: 0.5, 110: 0.5, 111: 0.1, 9999: 0.1 });
  });

  test('one cycle rises by a cosine to the peak at pctStart and falls to the last rate', () => {
    const rate = oneCycle({ maxLearningRate: 1, totalSteps: 100 });
    // torch.optim.lr_scheduler.OneCycleLR: 0.04 to 1 over 29 steps, to 4e-6 over the other 70.
    close(rate, { 0: 0.04, 29: 1, 99: 4e-6, 150: 4e-6 });
    expect(rate(14.5)).toBeCloseTo(0.52, 12);
    expect(rate(64)).toBeCloseTo((1 + 4e-6) / 2, 12);
    close(
      oneCycle({
        maxLearningRate: 1,
        totalSteps: 101,
        pctStart: 0.5,
        divFactor: 10,
        finalDivFactor: 1,
        annealing: 'linear',
      }),
      { 0: 0.1, 100: 0.1 },
    );
    const three = oneCycle({ maxLearningRate: 1, totalSteps: 100, threePhase: true, annealing: 'linear' });
    close(three, { 0: 0.04, 29: 1, 58: 0.04, 99: 4e-6 });
  });

  test('a warm-up hands over to a schedule or stays', () => {
    close(warmUp({ target: 0.2, steps: 4 }), { 0: 0, 1: 0.05, 4: 0.2, 100: 0.2 });
    const after = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 });
    close(warmUp({ steps: 10, after, from: 0.01 }), { 0: 0.01, 5: 0.055, 10: 0.1, 20: 0.05 });
  });
});

const all: Record<string, Schedule> = {
  exponential: exponentialDecay({ initialLearningRate: 0.1, decaySteps: 7, decayRate: 0.9, staircase: true }),
  inverse: inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 7, decayRate: 0.9 }),
  polynomial: polynomialDecay({ initialLearningRate: 0.1, decaySteps: 7, cycle: true }),
  cosine: cosineDecay({ initialLearningRate: 0.01, decaySteps: 70, warmupTarget: 0.1, warmupSteps: 5 }),
  restarts: cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 7 }),
  piecewise: piecewiseConstant({ boundaries: [3], values: [0.1, 0.01] }),
  oneCycle: oneCycle({ maxLearningRate: 0.1, totalSteps: 50, annealing: 'linear' }),
  warmUp: warmUp({ steps: 5, after: cosineDecay({ initialLearningRate: 0.1, decaySteps: 20 }) }),
};

describe.each(Object.keys(all))('%s', (name) => {
  const schedule = all[name];

  test('comes back from a file', () => {
    const saved = JSON.parse(JSON.stringify({ className: schedule.className, config: schedule.getConfig() }));
    const again = scheduleFromConfig(saved);
    for (let step = 0; step < 100; step++) expect(again(step)).toBe(schedule(step));
  });

  test('is a rate that an optimizer takes at every step', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (step) => {
        const rate = schedule(step);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(0.1 + 1e-15);
      }),
    );
  });

  test('is kept by the config of its optimizer', () => {
    const saved = JSON.parse(JSON.stringify(sgd({ learningRate: schedule }).config));
    const again = optimizerFromConfig(saved);
    for (const step of [1, 2, 10, 60]) expect(again.hyper(step)[0]).toBe(schedule(step - 1));
    expect(again.config).toEqual(saved);
  });
});

test("a function of the user's own is kept as its first rate", () => {
  expect(sgd({ learningRate: (step) => 0.5 / (step + 1) }).config.learningRate).toBe(0.5);
});

test.each([
  [
    () => exponentialDecay({ initialLearningRate: 0.1, decaySteps: 0, decayRate: 1 }),
    /decaySteps.*above 0, got 0/,
  ],
  [() => exponentialDecay({ decaySteps: 1, decayRate: 1 } as never), /initialLearningRate.*got undefined/],
  [() => cosineDecay({ initialLearningRate: 1, decaySteps: 2, warmup: 3 } as never), /no option warmup/],
  [() => piecewiseConstant({ boundaries: [1, 2], values: [1, 2] }), /one more of values.*got 2 and 2/],
  [() => piecewiseConstant({ boundaries: [2, 2], values: [1, 2, 3] }), /must rise/],
  [() => oneCycle({ maxLearningRate: 1, totalSteps: 1.5 }), /totalSteps.*integer/],
  [() => warmUp({ steps: 3 }), /target.*got undefined/],
  [() => warmUp({ steps: 3, after: ((step: number) => step) as never }), /after.*schedule.*a function/],
  [
    () => scheduleFromConfig({ className: 'Cosine', config: {} }),
    /no schedule "Cosine"; there are Exponential/,
  ],
])('mistake %# is told in words', (make, message) => {
  expect(make).toThrow(message);
});
