// Our own golden cases on the CPU, in f64 and in f32: what the golden values given to the project leave out.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { checks, hostChecks, ownIds } from './own.ts';

for (const [kind, check] of Object.entries(checks)) {
  describe(`own golden values, ${kind}, on the CPU`, () => {
    for (const id of ownIds(kind)) {
      test(`${id} in f64`, () => check(id, cpu({ precision: 'f64' }), 'f64'));
      test(`${id} in f32`, () => check(id, cpu(), 'f32'));
    }
  });
}

for (const [kind, check] of Object.entries(hostChecks)) {
  describe(`own golden values, ${kind}`, () => {
    for (const id of ownIds(kind)) test(id, () => check(id));
  });
}

test('175 cases of 12 kinds', () => {
  const kinds = [...Object.keys(checks), ...Object.keys(hostChecks)];
  expect(kinds.length).toBe(12);
  expect(kinds.flatMap(ownIds).length).toBe(175);
});
