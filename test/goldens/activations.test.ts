// Activations against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { activationIds, checkActivationGolden } from './activations.ts';

describe('golden activations on the CPU', () => {
  for (const id of activationIds) {
    test(`${id} in f64`, () => checkActivationGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkActivationGolden(id, cpu(), 'f32'));
  }

  test('17 cases are checked', () => expect(activationIds.length).toBe(17));
});
