// Losses against golden values on the CPU, in f64 and in f32.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { checkCrossEntropyGolden, crossEntropyIds } from './losses.ts';
import { checkLossGolden, lossIds } from './losses_of_rows.ts';

describe('golden cross entropy on the CPU', () => {
  for (const id of crossEntropyIds) {
    test(`${id} in f64`, () => checkCrossEntropyGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkCrossEntropyGolden(id, cpu(), 'f32'));
  }

  test('13 cases are checked', () => expect(crossEntropyIds.length).toBe(13));
});

describe('other golden losses on the CPU', () => {
  for (const id of lossIds) {
    test(`${id} in f64`, () => checkLossGolden(id, cpu({ precision: 'f64' }), 'f64'));
    test(`${id} in f32`, () => checkLossGolden(id, cpu(), 'f32'));
  }

  test('24 cases are checked', () => expect(lossIds.length).toBe(24));
});
