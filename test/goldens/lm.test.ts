// Language models trained over carried chunks against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkLmGolden } from './lm.ts';

describe('golden language models on the CPU', () => {
  const ids = goldenIds('lm');
  test('there are 13', () => expect(ids).toHaveLength(13));
  for (const id of ids) {
    test(`${id} in f64`, () => checkLmGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f64, a few rows of logits at a time`, () =>
      checkLmGolden(id, cpu({ precision: 'f64', limits: { wholeBytes: 250 } }), 'f64'));
    test(`${id} in f32`, () => checkLmGolden(id, cpu(), 'f32'));
  }
});
