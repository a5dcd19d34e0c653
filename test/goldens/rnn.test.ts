// Recurrent layers against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenAttrs, goldenIds } from '../harness/golden.ts';
import { checkRnnGolden } from './rnn.ts';

describe('golden recurrent layers on the CPU', () => {
  const all = goldenIds('rnn');
  for (const id of all) {
    test(`${id} in f64`, () => checkRnnGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkRnnGolden(id, cpu(), 'f32'));
  }

  test('87 cases, of which 30 go in both directions', () => {
    expect(all.length).toBe(87);
    expect(all.filter((id) => goldenAttrs(id).bidirectional).length).toBe(30);
  });
});
