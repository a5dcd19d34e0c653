// What a plan chooses by: the cost model, what is known, and names that are no candidates.
import { describe, expect, test } from 'vitest';
import { type Choice, type Tuned, take } from '../../src/core/choices.ts';
import { OptionError } from '../../src/core/errors.ts';

const choice: Choice = {
  key: 'double 4',
  candidates: [
    { name: 'slow', estimate: 2 },
    { name: 'quick', estimate: 1 },
  ],
  trial: () => ({ inputs: [], outputs: [], emit() {} }),
};
const taken = (tuned?: Tuned) => {
  const { chosen, measured } = take(choice, tuned);
  return { chosen, measured };
};

describe('a choice', () => {
  test('falls by the cost model, unless something is known', () => {
    expect(taken()).toEqual({ chosen: 'quick', measured: false });
    expect(taken(new Map([['another', 'slow']]))).toEqual({ chosen: 'quick', measured: false });
    expect(taken(new Map([['double 4', 'slow']]))).toEqual({ chosen: 'slow', measured: true });
  });

  test('refuses a name in a Map that is no candidate, with those that are', () => {
    expect(() => taken(new Map([['double 4', 'gone']]))).toThrow(OptionError);
    expect(() => taken(new Map([['double 4', 'gone']]))).toThrow(
      '[limits/tuned] double 4 has no candidate gone; it has slow, quick',
    );
  });

  test('leaves a name to the cost model that may be meant for other choices, and says so where that is wanted', () => {
    expect(taken({ get: () => 'gone' })).toEqual({ chosen: 'quick', measured: false });
    const told: string[] = [];
    const noCandidate = ({ key }: Choice, name: string) => told.push(`${key} ${name}`);
    expect(taken({ get: () => 'gone', noCandidate })).toEqual({ chosen: 'quick', measured: false });
    expect(told).toEqual(['double 4 gone']);
  });
});
