// Dense layers against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkDenseGolden } from './dense.ts';

describe('golden dense layers on the CPU', () => {
  const ids = goldenIds('dense');
  test('there are 6', () => expect(ids).toHaveLength(6));
  for (const id of ids) {
    test(`${id} in f64`, () => checkDenseGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkDenseGolden(id, cpu(), 'f32'));
  }
});
