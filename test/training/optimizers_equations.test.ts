// Optimizers against plain loops of the equations that Keras and torch publish, with every switch and a changing rate.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { random } from '../../src/core/random.ts';
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  ftrl,
  lion,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from '../../src/training/optimizers.ts';
import { updatePlan } from '../harness/update_plan.ts';

/** One weight's update, which keeps its own memory: step counts from 1. */
type Equation = (w: number, g: number, rate: number, step: number) => number;

const learningRate = (step: number) => 0.05 / (1 + step);
const weightDecay = 0.1;
const keras = { convention: 'keras', learningRate } as const;

/** As Keras decays: before the update, by the rate. */
const decayed =
  (equation: Equation): Equation =>
  (w, g, rate, step) =>
    equation(w - rate * weightDecay * w, g, rate, step);

function momentum(nesterov: boolean): Equation {
  let v = 0;
  return (w, g, rate) => {
    v = 0.9 * v - rate * g;
    return nesterov ? w + 0.9 * v - rate * g : w + v;
  };
}

function adamOf(amsgrad: boolean): Equation {
  let [m, v, largest] = [0, 0, 0];
  return (w, g, rate, t) => {
    const alpha = (rate * Math.sqrt(1 - 0.98 ** t)) / (1 - 0.8 ** t);
    m += (g - m) * (1 - 0.8);
    v += (g * g - v) * (1 - 0.98);
    largest = Math.max(largest, v);
    return w - (m * alpha) / (Math.sqrt(amsgrad ? largest : v) + 1e-2);
  };
}

function nadamOf(): Equation {
  let [m, v, product] = [0, 0, 1];
  return (w, g, rate, t) => {
    const now = 0.8 * (1 - 0.5 * 0.96 ** t);
    const next = 0.8 * (1 - 0.5 * 0.96 ** (t + 1));
    product *= now;
    m += (g - m) * (1 - 0.8);
    v += (g * g - v) * (1 - 0.98);
    const mean = (next * m) / (1 - product * next) + ((1 - now) * g) / (1 - product);
    return w - (mean * rate) / (Math.sqrt(v / (1 - 0.98 ** t)) + 1e-2);
  };
}

function adamaxOf(torch: boolean): Equation {
  let [m, u] = [0, 0];
  return (w, g, rate, t) => {
    m += (g - m) * (1 - 0.8);
    u = Math.max(0.98 * u, Math.abs(g) + (torch ? 1e-2 : 0));
    return w - (rate * m) / ((1 - 0.8 ** t) * (u + (torch ? 0 : 1e-2)));
  };
}

function rmspropOf(centered: boolean, momentum: number): Equation {
  let [s, m, v] = [0, 0, 0];
  return (w, g, rate) => {
    s = 0.8 * s + 0.2 * g * g;
    m = 0.8 * m + 0.2 * g;
    v = momentum * v + (rate * g) / Math.sqrt((centered ? s - m * m : s) + 1e-2);
    return w - v;
  };
}

function adagradOf(): Equation {
  let s = 0.1;
  return (w, g, rate) => {
    s += g * g;
    return w - (rate * g) / Math.sqrt(s + 1e-2);
  };
}

function adadeltaOf(): Equation {
  let [s, u] = [0, 0];
  return (w, g, rate) => {
    s = 0.8 * s + 0.2 * g * g;
    const change = (Math.sqrt(u + 1e-2) * g) / Math.sqrt(s + 1e-2);
    u = 0.8 * u + 0.2 * change * change;
    return w - rate * change;
  };
}

function lionOf(): Equation {
  let m = 0;
  return (w, g, rate) => {
    const moved = w - rate * Math.sign(0.8 * m + 0.2 * g);
    m = 0.98 * m + 0.02 * g;
    return moved;
  };
}

function ftrlOf(): Equation {
  let [n, z] = [0.1, 0];
  return (w, g, rate) => {
    const [l1, l2, shrinkage, beta] = [0.01, 0.02, 0.03, 0.04];
    const now = n + g * g;
    z += g + 2 * shrinkage * w - ((now ** 0.6 - n ** 0.6) / rate) * w;
    const quadratic = now ** 0.6 / rate + 2 * (l2 + beta / (2 * rate));
    n = now;
    return (Math.min(Math.max(z, -l1), l1) - z) / quadratic;
  };
}

const betas = { beta1: 0.8, beta2: 0.98 };
const epsilon = 1e-2;

const cases: readonly (readonly [string, Optimizer, () => Equation])[] = [
  ['sgd', sgd({ ...keras, nesterov: true }), () => (w, g, rate) => w - rate * g],
  ['sgd, momentum', sgd({ ...keras, momentum: 0.9 }), () => momentum(false)],
  [
    'sgd, nesterov',
    sgd({ ...keras, momentum: 0.9, nesterov: true, weightDecay }),
    () => decayed(momentum(true)),
  ],
  ['adam', adam({ ...keras, ...betas, epsilon }), () => adamOf(false)],
  [
    'adam, amsgrad',
    adam({ ...keras, ...betas, epsilon, amsgrad: true, weightDecay }),
    () => decayed(adamOf(true)),
  ],
  ['adamW', adamW({ ...keras, ...betas, epsilon, weightDecay }), () => decayed(adamOf(false))],
  ['nadam', nadam({ ...keras, ...betas, epsilon, weightDecay }), () => decayed(nadamOf())],
  ['adamax', adamax({ ...keras, ...betas, epsilon, weightDecay }), () => decayed(adamaxOf(false))],
  ['adamax of torch', adamax({ convention: 'torch', learningRate, ...betas, epsilon }), () => adamaxOf(true)],
  ['rmsprop', rmsprop({ ...keras, rho: 0.8, epsilon, weightDecay }), () => decayed(rmspropOf(false, 0))],
  ['rmsprop, momentum', rmsprop({ ...keras, rho: 0.8, epsilon, momentum: 0.9 }), () => rmspropOf(false, 0.9)],
  [
    'rmsprop, centered',
    rmsprop({ ...keras, rho: 0.8, epsilon, momentum: 0.5, centered: true }),
    () => rmspropOf(true, 0.5),
  ],
  ['adagrad', adagrad({ ...keras, epsilon, weightDecay }), () => decayed(adagradOf())],
  ['adadelta', adadelta({ ...keras, rho: 0.8, epsilon, weightDecay }), () => decayed(adadeltaOf())],
  ['lion', lion({ ...keras, ...betas, weightDecay }), () => decayed(lionOf())],
  [
    'ftrl',
    ftrl({
      learningRate,
      learningRatePower: -0.6,
      l1RegularizationStrength: 0.01,
      l2RegularizationStrength: 0.02,
      l2ShrinkageRegularizationStrength: 0.03,
      beta: 0.04,
      weightDecay,
    }),
    () => decayed(ftrlOf()),
  ],
  ['lion, not of Keras', lion({ learningRate, ...betas, weightDecay }), () => decayed(lionOf())],
];

describe('the equations of', () => {
  test.each(cases)('%s', async (name, optimizer, equation) => {
    const next = random(3, name);
    const weights = Array.from({ length: 5 }, () => next.normal());
    const equations = weights.map(() => equation());
    const update = await updatePlan(cpu({ precision: 'f64' }), optimizer, [
      { shape: [5], data: [...weights] },
    ]);
    for (let step = 1; step <= 6; step++) {
      const gradients = weights.map(() => next.normal());
      update.run(step, [gradients]);
      weights.forEach((w, i) => {
        weights[i] = equations[i](w, gradients[i], learningRate(step - 1), step);
      });
      (await update.weights()).forEach((w, i) => {
        expect(w).toBeCloseTo(weights[i], 12);
      });
    }
    update.dispose();
  });
});

test('defaults of the convention of Keras are those of Keras 3', () => {
  const of = (make: (options: { convention: 'keras' }) => Optimizer) => make({ convention: 'keras' }).options;
  expect(of(sgd)).toMatchObject({ learningRate: 0.01, momentum: 0, nesterov: false, weightDecay: 0 });
  expect(of(adam)).toMatchObject({
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
  });
  expect(of(adamW)).toMatchObject({ learningRate: 0.001, weightDecay: 0.004 });
  expect(of(nadam)).toMatchObject({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
  expect(of(adamax)).toMatchObject({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
  expect(of(rmsprop)).toMatchObject({
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
  });
  expect(of(adagrad)).toMatchObject({ learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 });
  expect(of(adadelta)).toMatchObject({ learningRate: 0.001, rho: 0.95, epsilon: 1e-7 });
  expect(of(ftrl)).toMatchObject({
    learningRate: 0.001,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
  });
  expect(of(lion)).toMatchObject({ learningRate: 0.001, beta1: 0.9, beta2: 0.99 });
});
