// Attention against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checks } from './attention.ts';

const counts: Readonly<Record<string, number>> = { sdpa: 3, mha: 1, seq2seq: 7 };

for (const [kind, check] of Object.entries(checks)) {
  describe(`golden ${kind} on the CPU`, () => {
    const ids = goldenIds(kind);
    test(`there are ${counts[kind]}`, () => expect(ids).toHaveLength(counts[kind]));
    for (const id of ids) {
      test(`${id} in f64`, () => check(id, cpu({ precision: 'f64' }), 'f64'));
      test(`${id} in f32`, () => check(id, cpu(), 'f32'));
    }
  });
}
