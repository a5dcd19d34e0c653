// Plans that a backend measures: how often they are built.
import { expect, test } from 'vitest';
import { buildPlan } from '../../src/core/builder.ts';
import { OptionError } from '../../src/core/errors.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { tunedPlan } from '../../src/training/tuned_plan.ts';

/** Builds with a backend that gives these answers in turn, and then the last one for ever. */
async function buildsWith(...answers: boolean[]): Promise<number> {
  let builds = 0;
  const backend = { tune: async () => (answers.length > 1 ? answers.shift()! : answers[0]) };
  await tunedPlan(backend, () => {
    builds++;
    return buildPlan({ name: 'nothing', limits: defaultLimits, parameters: new Parameters() }, () => {});
  });
  return builds;
}

test('a plan is built again while its choices fall otherwise, but not for ever', async () => {
  expect(await buildsWith(false)).toBe(1);
  expect(await buildsWith(true, false)).toBe(2);
  expect(await buildsWith(true, true, false)).toBe(3);
  expect(await buildsWith(true)).toBe(5);
});

test('what is no backend, no function or no plan is told', async () => {
  const given = tunedPlan as (backend?: unknown, build?: unknown) => Promise<unknown>;
  const nothing = { name: 'nothing', limits: defaultLimits, parameters: new Parameters() };
  const build = () => buildPlan(nothing, () => {});
  await expect(given()).rejects.toThrow(OptionError);
  await expect(given(Promise.resolve({}), build)).rejects.toThrow(/got a promise \(await it\)/);
  await expect(given({})).rejects.toThrow(/takes a function that builds the plan, .* got undefined/);
  await expect(given({}, async () => build())).rejects.toThrow(/must return a plan, got a promise/);
});
