// What a plan chooses by: the cost model, what is known, and names that are no candidates.
import { describe, expect, test } from 'vitest';
import { buildPlan } from '../../src/core/builder.ts';
import { type Choice, type Tuned, take, tunedBy } from '../../src/core/choices.ts';
import { OptionError } from '../../src/core/errors.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { Parameters } from '../../src/core/parameters.ts';

const choice: Choice = {
  key: 'double 4',
  candidates: [
    { name: 'slow', estimate: 2 },
    { name: 'quick', estimate: 1 },
  ],
  trial: () => ({ inputs: [], outputs: [], emit() {} }),
};
const taken = (tuned?: Tuned) => {
  const { chosen, by } = take(choice, tuned);
  return { chosen, by };
};

describe('a choice', () => {
  test('falls by the cost model, unless something is known', () => {
    expect(taken()).toEqual({ chosen: 'quick', by: 'model' });
    expect(taken(new Map([['another', 'slow']]))).toEqual({ chosen: 'quick', by: 'model' });
    expect(taken(new Map([['double 4', 'slow']]))).toEqual({ chosen: 'slow', by: 'forced' });
    const measured: Tuned = { get: () => 'slow', decider: () => 'measured' };
    expect(taken(measured)).toEqual({ chosen: 'slow', by: 'measured' });
  });

  test('refuses a name in a Map that is no candidate, with those that are', () => {
    expect(() => taken(new Map([['double 4', 'gone']]))).toThrow(OptionError);
    expect(() => taken(new Map([['double 4', 'gone']]))).toThrow(
      '[limits/tuned] double 4 has no candidate gone; it has slow, quick',
    );
  });

  test('is forced by an object as by a Map, and by nothing else', () => {
    expect(taken(tunedBy({ 'double 4': 'slow' }, 'tuned'))).toEqual({ chosen: 'slow', by: 'forced' });
    expect(() => taken(tunedBy({ 'double 4': 'gone' }, 'tuned'))).toThrow(
      /no candidate gone; it has slow, quick/,
    );
    for (const given of ['slow', null, ['slow'], 5]) {
      expect(() => tunedBy(given, 'tuned')).toThrow(/\[tuned\] takes an object \{ key: name \}, a Map/);
    }
    const numbers = [{ a: 1 }, new Map([['a', 1]]), { get: 1, a: 'b' }];
    for (const given of numbers) expect(() => tunedBy(given, 'tuned')).toThrow(OptionError);
  });

  test('is forced by an object in the limits of a plan as well', () => {
    const chosenBy = (tuned: unknown) =>
      buildPlan(
        { name: 'test', limits: { ...defaultLimits, tuned: tuned as Tuned }, parameters: new Parameters() },
        (b) => {
          b.choose(choice);
        },
      ).choices.map(({ chosen, by }) => [chosen, by]);
    expect(chosenBy({ 'double 4': 'slow' })).toEqual([['slow', 'forced']]);
    expect(chosenBy({ another: 'slow' })).toEqual([['quick', 'model']]);
    for (const given of ['slow', null, { 'double 4': 1 }]) {
      expect(() => chosenBy(given)).toThrow(/^\[limits\/tuned\] (takes an object|must name a candidate)/);
    }
    expect(() => chosenBy({ 'double 4': 'gone' })).toThrow(/no candidate gone; it has slow, quick/);
  });

  test('leaves a name to the cost model that may be meant for other choices, and says so where that is wanted', () => {
    expect(taken({ get: () => 'gone' })).toEqual({ chosen: 'quick', by: 'model' });
    const told: string[] = [];
    const noCandidate = ({ key }: Choice, name: string) => told.push(`${key} ${name}`);
    expect(taken({ get: () => 'gone', noCandidate })).toEqual({ chosen: 'quick', by: 'model' });
    expect(told).toEqual(['double 4 gone']);
  });
});
