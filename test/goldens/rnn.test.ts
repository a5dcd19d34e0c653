// Recurrent layers against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenAttrs, goldenIds } from '../harness/golden.ts';
import { checkRnnGolden } from './rnn.ts';

const all = goldenIds('rnn');
const waiting = all.filter((id) => goldenAttrs(id).bidirectional);

describe('golden recurrent layers on the CPU', () => {
  for (const id of all.filter((id) => !waiting.includes(id))) {
    test(`${id} in f64`, () => checkRnnGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkRnnGolden(id, cpu(), 'f32'));
  }

  test('57 cases of one direction are checked; those of both directions wait for the bidirectional layer', () => {
    console.info(`waiting for the bidirectional layer: ${waiting.length} cases\n  ${waiting.join('\n  ')}`);
    expect(all.length - waiting.length).toBe(57);
    expect(waiting.length).toBe(30);
  });
});
