// Optimizers: options in the user's words, configurations, schedules, frozen parameters, gradients that are not finite.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError, ShapeError } from '../../src/core/errors.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  ftrl,
  lion,
  nadam,
  optimizerFromConfig,
  rmsprop,
  sgd,
} from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';
import { checkNotFinite } from './not_finite.ts';

const factories = { sgd, adam, adamW, nadam, adamax, rmsprop, adagrad, adadelta, lion, ftrl };

describe('options', () => {
  test.each([
    [() => sgd({ learningRate: -1 }), '[sgd/learningRate] must be a number of at least 0'],
    [() => sgd({ learningRate: Number.NaN }), '[sgd/learningRate]'],
    [() => sgd({ momentum: 1 }), '[sgd/momentum] must be a number from 0 to below 1, got 1'],
    [() => sgd({ nesterov: true, convention: 'torch' }), '[sgd/nesterov] needs a momentum above 0'],
    [() => adam({ beta1: 1 }), '[adam/beta1]'],
    [() => adam({ epsilon: 0 }), '[adam/epsilon] must be a number above 0, got 0'],
    [() => adam({ globalClipNorm: 0 }), '[adam/globalClipNorm]'],
    [() => rmsprop({ clipValue: -1 }), '[rmsprop/clipValue]'],
    [() => adamW({ weightDecay: -0.1 }), '[adamW/weightDecay]'],
    [() => rmsprop({ centered: 1 as unknown as boolean }), '[rmsprop/centered] must be true or false, got 1'],
    [() => adam({ learningRate: '1' as unknown as number }), '[adam/learningRate]'],
    [() => adam({ lr: 1 } as object), '[adam] has no option lr; it has learningRate'],
    [() => adam({ convention: 'tf' as 'keras' }), "[adam/convention] must be 'torch' or 'keras', got "],
    [() => sgd({ clipNorm: 0 }), '[sgd/clipNorm] must be a number above 0'],
    [() => sgd({ clipNorm: 1, globalClipNorm: 1 }), 'leave out one of clipNorm and globalClipNorm'],
    [
      () => sgd({ convention: 'keras', globalClipNorm: 1, clipValue: 1 }),
      "[sgd] clips one way by the convention 'keras': leave out one of globalClipNorm and clipValue",
    ],
    [() => sgd({ useEma: true, emaMomentum: 1.1 }), '[sgd/emaMomentum] must be a number from 0 to 1'],
    [
      () => sgd({ useEma: true, emaOverwriteFrequency: 1.5 }),
      '[sgd/emaOverwriteFrequency] must be an integer',
    ],
    [() => sgd({ emaOverwriteFrequency: 2 }), '[sgd/emaOverwriteFrequency] needs useEma: true'],
    [() => optimizerFromConfig({ name: 'adamm' }), 'there is no adamm; there are sgd, adam'],
    [() => optimizerFromConfig({ name: 'toString' }), 'there is no toString'],
  ])('%s is refused', (make, message) => {
    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });

  test('left undefined are the defaults', () => {
    expect(sgd({ learningRate: undefined } as object).options).toEqual(sgd().options);
  });
});

test.each(Object.entries(factories))('%s comes back from its configuration', (name, factory) => {
  const made = factory({ learningRate: 0.25, globalClipNorm: 2, convention: 'keras', useEma: true });
  const again = optimizerFromConfig(JSON.parse(JSON.stringify(made.config)));
  expect(again.name).toBe(name);
  expect(again.options).toEqual(made.options);
  expect(again.hyper(3)).toEqual(made.hyper(3));
});

describe('the learning rate', () => {
  test('may follow a schedule, which counts from 0', () => {
    const steps: number[] = [];
    const made = sgd({ learningRate: (step) => steps.push(step) / 100 });
    expect(made.hyper(1)[0]).toBe(0.01);
    expect(made.hyper(2)[0]).toBe(0.02);
    expect(steps).toEqual([0, 1]);
  });

  test('of a schedule that fails is refused with its step', () => {
    const made = adam({ learningRate: () => Number.NaN });
    expect(() => made.hyper(6)).toThrow('[adam/learningRate] the schedule gave NaN at step 5');
  });

  test('can be changed under a plan that stands', async () => {
    const slow = sgd({ learningRate: 0.5 });
    const update = await updatePlan(cpu(), slow, [{ shape: [1], data: [1] }]);
    update.run(1, [[1]]);
    expect((await update.weights())[0]).toBe(0.5);
    update.run(2, [[1]], slow.withLearningRate(0.25));
    expect((await update.weights())[0]).toBe(0.25);
  });

  test('of nadam does not depend on the order in which steps are asked for', () => {
    const made = nadam();
    const ahead = made.hyper(50);
    expect(made.hyper(3)).toEqual(nadam().hyper(3));
    expect(made.hyper(50)).toEqual(ahead);
    expect(Array.from(made.hyper(1e6)).every(Number.isFinite)).toBe(true);
  });
});

describe.each(Object.entries(factories))('the learning rate of %s', (name, factory) => {
  test.each(['learningRate', 'lr'])('is not set by assigning %s, which no update would heed', (key) => {
    const made = factory({ learningRate: 0.25 }) as unknown as Record<string, unknown>;
    const assign = () => {
      made[key] = 0.5;
    };
    expect(assign).toThrow(OptionError);
    expect(assign).toThrow(`[${name}/${key}] cannot be set: set \`model.learningRate\``);
    expect(made[key]).toBe(0.25);
    expect(() => {
      (made.options as Record<string, unknown>)[key] = 0.5;
    }).toThrow(TypeError);
  });

  test('of a copy is checked, and all else is that of the first', () => {
    const made = factory({ learningRate: 0.25, globalClipNorm: 2, useEma: true });
    const copy = made.withLearningRate(0.125);
    expect(copy.options).toEqual({ ...made.options, learningRate: 0.125 });
    expect(copy.averageSlot).toBe(made.averageSlot);
    expect(copy.hyper(3)).toEqual(factory({ learningRate: 0.125, globalClipNorm: 2, useEma: true }).hyper(3));
    expect(() => made.withLearningRate(-1)).toThrow(`[${name}/learningRate] must be a number of at least 0`);
  });
});

test('frozen parameters stay as they are, weight decay or not', async () => {
  const shape = [3];
  const data = [1, 2, 3];
  for (const optimizer of [sgd({ weightDecay: 0.1 }), adamW({ weightDecay: 0.1 })]) {
    const update = await updatePlan(cpu(), optimizer, [
      { shape, data },
      { shape, data, trainable: false },
      { shape, data },
    ]);
    const zeros = [0, 0, 0];
    update.run(1, [zeros, zeros, zeros]);
    expect([...(await update.weights(1))]).toEqual(data);
    for (const i of [0, 2]) {
      (await update.weights(i)).forEach((w, j) => {
        expect(w).toBeLessThan(data[j]);
      });
    }
  }
});

test('a model with nothing to train is refused', () => {
  expect(() =>
    buildPlan(
      { name: 'p', limits: defaultLimits, parameters: new Parameters(), training: true },
      (b) => void sgd().build(b),
    ),
  ).toThrow(ShapeError);
});

describe.each([true, false])('where barriers are cheap: %s', (cheapBarriers) => {
  const backend = () => cpu({ precision: 'f64', limits: { cheapBarriers } });

  test('gradients that are not finite leave the weights as they are', () =>
    checkNotFinite(cpu({ limits: { cheapBarriers } })));

  test('clipping by the norm takes the dispatches that it should', async () => {
    const update = await updatePlan(backend(), adam({ globalClipNorm: 1 }), [{ shape: [2], data: [1, 2] }]);
    expect(update.plan.counts().dispatches).toBe(cheapBarriers ? 2 : 3);
  });

  test('clipNorm scales each tensor by itself, across frozen ones', async () => {
    const zeros = (n: number, trainable = true) => ({ shape: [n], data: new Array(n).fill(0), trainable });
    const update = await updatePlan(backend(), sgd({ learningRate: 1, clipNorm: 2, convention: 'keras' }), [
      zeros(2),
      zeros(3, false),
      zeros(2),
      zeros(1),
    ]);
    update.run(1, [[3, 4], [9, 9, 9], [0.3, 0.4], [Number.NaN]]);
    const close = async (i: number, expected: number[]) =>
      (await update.weights(i)).forEach((w, j) => {
        expect(w).toBeCloseTo(expected[j], 12);
      });
    await close(0, [-1.2, -1.6]);
    await close(1, [0, 0, 0]);
    await close(2, [-0.3, -0.4]);
    await close(3, [0]);
    expect(await update.norm()).toBeUndefined();
  });

  test('a norm over several ranges is the norm of all', async () => {
    const update = await updatePlan(
      backend(),
      sgd({ learningRate: 1, globalClipNorm: 1, convention: 'keras' }),
      [
        { shape: [1], data: [0] },
        { shape: [1], data: [5], trainable: false },
        { shape: [1], data: [0] },
      ],
    );
    update.run(1, [[3], [0], [4]]);
    expect(await update.norm()).toBeCloseTo(5, 12);
    expect((await update.weights(0))[0]).toBeCloseTo(-0.6, 12);
    expect((await update.weights(2))[0]).toBeCloseTo(-0.8, 12);
    expect((await update.weights(1))[0]).toBe(5);
  });
});
