// Sampling: frequencies follow the softmax (chi-square with a fixed seed), and generation reads back once.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { type Sample, sample } from '../../src/kernels/sample.ts';

const weights = [0.3, -1, 2, 0.7, 1.5, -0.2, 0, 1];
const rows = 500;
const runs = 20;

/** How often each token is drawn in `runs` runs of `rows` rows, from the tape. */
async function frequencies(temperature: number, topK: number, seed = 7): Promise<number[]> {
  const backend = cpu({ precision: 'f64' });
  let drawn!: Sample;
  const plan = buildPlan({ name: 'draw', limits: backend.limits, parameters: new Parameters() }, (b) => {
    const logits = b.input('logits', [rows, weights.length], {
      initial: () => Array.from({ length: rows }, () => weights).flat(),
    });
    drawn = sample(b, { logits, capacity: runs });
  });
  const executable = await backend.load(plan);
  backend.write(plan.states.clock, [0, 0, seed, 0]);
  backend.write(drawn.options, [temperature, topK]);
  for (let i = 0; i < runs; i++) executable.run();
  const counts = weights.map(() => 0);
  for (const token of await backend.read(drawn.tape)) counts[token]++;
  expect([...(await backend.read(plan.states.clock))]).toEqual([0, runs, seed, 0]);
  return counts;
}

/** Pearson's statistic of the counts under softmax(weights / temperature) among the `kept` tokens. */
function chiSquare(counts: number[], temperature: number, kept: (token: number) => boolean): number {
  const odds = weights.map((w, v) => (kept(v) ? Math.exp(w / temperature) : 0));
  const sum = odds.reduce((a, x) => a + x, 0);
  let statistic = 0;
  odds.forEach((x, v) => {
    const expected = (rows * runs * x) / sum;
    if (kept(v)) statistic += (counts[v] - expected) ** 2 / expected;
    else expect(counts[v]).toBe(0);
  });
  return statistic;
}

describe('frequencies of tokens', () => {
  // Values of chi-square that 1 in 1000 experiments passes, by degrees of freedom.
  const limits: Record<number, number> = { 2: 13.8, 7: 24.3 };

  test.each([1, 0.7, 2])('follow the softmax at temperature %f', async (temperature) => {
    expect(chiSquare(await frequencies(temperature, 0), temperature, () => true)).toBeLessThan(limits[7]);
  });

  test.each([1, 0.7])('keep to the three largest at temperature %f', async (temperature) => {
    const kept = (token: number) => weights[token] >= 1;
    expect(chiSquare(await frequencies(temperature, 3), temperature, kept)).toBeLessThan(limits[2]);
  });

  test('are all on the largest at temperature 0', async () => {
    const counts = await frequencies(0, 0);
    expect(counts[2]).toBe(rows * runs);
  });

  test('depend on the seed', async () => {
    expect(await frequencies(1, 0, 8)).not.toEqual(await frequencies(1, 0, 7));
  });
});
