// Verdicts over curves of known kind, whatever their scale, length and noise, and over a real training.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { DataError } from '../../src/core/errors.ts';
import { random } from '../../src/core/random.ts';
import { diagnose } from '../../src/experiments/diagnose.ts';
import { repeat } from '../../src/experiments/repeat.ts';
import { dense } from '../../src/layers/dense.ts';
import { sequential } from '../../src/models/sequential.ts';

type Curve = (part: number) => number;

/** A curve over n epochs, by how far training is, from 0 to 1. */
const over = (n: number, curve: Curve) => Array.from({ length: n }, (_, e) => curve(e / (n - 1)));
const settles =
  (speed: number, end: number): Curve =>
  (part) =>
    (1 - end) * Math.exp(-speed * part) + end;

const kinds: Record<string, { training: Curve; validation: Curve; verdict: string; cause: string }> = {
  'both settle close to each other': {
    training: settles(8, 0.05),
    validation: settles(8, 0.1),
    verdict: 'good fit',
    cause: 'settled',
  },
  'validation settles below training, as with dropout': {
    training: settles(8, 0.1),
    validation: settles(8, 0.05),
    verdict: 'good fit',
    cause: 'settled',
  },
  'validation turns and rises': {
    training: settles(6, 0.02),
    validation: (part) => settles(8, 0.2)(part) + 0.6 * Math.max(0, part - 0.3),
    verdict: 'overfit',
    cause: 'validation rose',
  },
  'validation stays far above training': {
    training: settles(8, 0.02),
    validation: settles(10, 0.5),
    verdict: 'overfit',
    cause: 'gap',
  },
  'both still fall': {
    training: (part) => 1 - 0.6 * part,
    validation: (part) => 1.05 - 0.6 * part,
    verdict: 'underfit',
    cause: 'still improving',
  },
  'nothing is learned': {
    training: (part) => 1 - 0.03 * part,
    validation: () => 1.01,
    verdict: 'underfit',
    cause: 'hardly learned',
  },
  'both get worse again': {
    training: (part) => settles(10, 0.1)(part) + 0.8 * Math.max(0, part - 0.4),
    validation: (part) => settles(10, 0.12)(part) + 0.8 * Math.max(0, part - 0.4),
    verdict: 'unclear',
    cause: 'both got worse',
  },
};

describe.each(Object.keys(kinds))('%s', (name) => {
  const { training, validation, verdict, cause } = kinds[name];

  test('whatever the length, the scale, and a little noise', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 200 }),
        fc.constantFrom(1e-4, 1, 300),
        fc.nat(),
        (n, scale, seed) => {
          const next = random(seed);
          const noise = () => 0.04 * (next.uniform() - 0.5);
          const values = (curve: Curve) => over(n, curve).map((value) => scale * (value + noise()));
          const held = values(validation);
          const found = diagnose({ history: { loss: values(training), val_loss: held } });
          expect([found.verdict, found.cause], found.reasons.join('; ')).toEqual([verdict, cause]);
          expect(found.reasons.length).toBeGreaterThan(0);
          expect(found.suggestions.length).toBeGreaterThan(0);
          expect(held[found.bestEpoch]).toBe(Math.min(...held));
        },
      ),
    );
  });
});

test('of accuracies more is better', () => {
  const accuracy = over(40, settles(8, 0.05)).map((value) => 1 - value);
  const val_accuracy = over(40, kinds['validation turns and rises'].validation).map((value) => 1 - value);
  expect(diagnose({ accuracy, val_accuracy }, { monitor: 'accuracy' })).toMatchObject({
    verdict: 'overfit',
    bestEpoch: val_accuracy.indexOf(Math.max(...val_accuracy)),
  });
});

test('a baseline that is not beaten is underfitting, one that is beaten makes little progress enough', () => {
  const settled = { loss: over(20, settles(9, 0.4)), val_loss: over(20, settles(9, 0.42)) };
  expect(diagnose(settled).verdict).toBe('good fit');
  const beaten = diagnose(settled, { baseline: 0.41 });
  expect(beaten).toMatchObject({
    verdict: 'underfit',
    cause: 'baseline not beaten',
    reasons: [expect.stringMatching(/best val_loss, 0\.42\S*, does not beat the baseline 0.41/)],
  });
  const flat = {
    loss: over(20, (part) => 1 - 0.05 * settles(9, 0)(1 - part) - 0.05),
    val_loss: over(20, () => 0.96),
  };
  expect(diagnose(flat).verdict).toBe('underfit');
  const level = {
    loss: over(20, (part) => 0.95 + 0.02 * Math.exp(-9 * part)),
    val_loss: over(20, (part) => 0.951 + 0.02 * Math.exp(-9 * part)),
  };
  expect(diagnose(level, { baseline: 1.5 }).verdict).toBe('good fit');
});

test('too little to tell, and training that diverged', () => {
  expect(diagnose({ loss: [3, 2, 1], val_loss: [3, 2, 1] })).toMatchObject({
    verdict: 'unclear',
    cause: 'too few epochs',
    measures: undefined,
  });
  const broken = diagnose({ loss: [3, 2, Number.NaN, 1, 1, 1], val_loss: [3, 2, 4, 1, 1, 1] });
  expect(broken).toMatchObject({
    verdict: 'unclear',
    cause: 'diverged',
    reasons: ['loss is NaN in epoch 2: the training diverged'],
  });
});

test('without validation only underfitting can be told', () => {
  expect(diagnose({ loss: over(20, (part) => 1 - 0.6 * part) }).verdict).toBe('underfit');
  expect(diagnose({ loss: over(20, settles(9, 0.1)) })).toMatchObject({
    verdict: 'unclear',
    cause: 'no validation',
    suggestions: ['give fit validationData or validationSplit'],
  });
});

test('validation in every third epoch is read at these', () => {
  const loss = over(30, kinds['validation turns and rises'].training);
  const held = over(30, kinds['validation turns and rises'].validation);
  const third = held.filter((_, e) => (e + 1) % 3 === 0);
  const { verdict, bestEpoch } = diagnose({ loss, val_loss: third });
  expect(verdict).toBe('overfit');
  expect(held[bestEpoch]).toBe(Math.min(...third));
});

test('of several runs most decide', () => {
  const of = (name: string) => ({
    loss: over(30, kinds[name].training),
    val_loss: over(30, kinds[name].validation),
  });
  const [good, bad] = [of('both settle close to each other'), of('validation turns and rises')];
  const found = diagnose([bad, good, good]);
  expect(found.verdict).toBe('good fit');
  expect(found.reasons[0]).toBe('1 of 3 runs: overfit, 2 of 3 runs: good fit');
  expect(found.runs?.map(({ verdict }) => verdict)).toEqual(['overfit', 'good fit', 'good fit']);
  expect(found.cause).toBe('settled');
  expect(diagnose([good, bad])).toMatchObject({ verdict: 'unclear', cause: 'runs disagree' });
});

test('mistakes are told in words', () => {
  expect(() => diagnose({ loss: [1] }, { monitor: 'accuracy' })).toThrow(DataError);
  expect(() => diagnose({ loss: [1] }, { monitor: 'accuracy' })).toThrow(
    'the history has no accuracy; it has loss',
  );
  expect(() => diagnose([])).toThrow(/empty list/);
  expect(() => diagnose(3 as never)).toThrow(/takes what fit\(\) resolved with, got 3/);
});

test('a model that learns noise by heart overfits', async () => {
  // 12 samples of 16 random features and targets that have nothing to do with them.
  const wave = (i: number) => Math.sin(91.7 * i * i + i);
  const rows = (from: number) =>
    Array.from({ length: 12 }, (_, n) => Array.from({ length: 16 }, (_, d) => wave(from + 16 * n + d)));
  const targets = (from: number) => Array.from({ length: 12 }, (_, n) => wave(from + 7 * n));
  const model = sequential([dense({ units: 32, activation: 'tanh' }), dense({ units: 1 })]);
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend: cpu() });
  model.learningRate = 0.02;
  const history = await model.fit(rows(1), targets(5), {
    epochs: 60,
    validationData: [rows(1000), targets(3000)],
    verbose: 0,
  });
  expect(diagnose(history)).toMatchObject({ verdict: 'overfit' });
});

describe('repeat', () => {
  test('gives the spread over seeds', async () => {
    const seeds: number[][] = [];
    const run = async (seed: number, i: number) => {
      seeds.push([seed, i]);
      return [2, 4, 4, 6][i];
    };
    const spread = await repeat(4, run, { seed: 10 });
    expect(seeds).toEqual([
      [10, 0],
      [11, 1],
      [12, 2],
      [13, 3],
    ]);
    expect(spread).toEqual({ values: [2, 4, 4, 6], mean: 4, std: Math.sqrt(8 / 3), min: 2, max: 6 });
    expect((await repeat(1, () => 3)).std).toBe(0);
  });

  test('refuses what is no number', async () => {
    await expect(repeat(2, () => Number.NaN)).rejects.toThrow(/finite number, gave NaN for seed 0/);
    await expect(repeat(0, () => 1)).rejects.toThrow(/repeat\/n\] must be an integer from 1 on/);
  });
});
