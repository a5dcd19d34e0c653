// Our own golden cases on the CPU, in f64 and in f32: what the golden values given to the project leave out.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { checkSchedule, checks, ownIds } from './own.ts';

for (const [kind, check] of Object.entries(checks)) {
  describe(`own golden values, ${kind}, on the CPU`, () => {
    for (const id of ownIds(kind)) {
      test(`${id} in f64`, () => check(id, cpu({ precision: 'f64' }), 'f64'));
      test(`${id} in f32`, () => check(id, cpu(), 'f32'));
    }
  });
}

describe('own golden values, schedule', () => {
  for (const id of ownIds('schedule')) test(id, () => checkSchedule(id));
});

test('159 cases of 10 kinds', () => {
  const kinds = [...Object.keys(checks), 'schedule'];
  expect(kinds.length).toBe(10);
  expect(kinds.flatMap(ownIds).length).toBe(159);
});
