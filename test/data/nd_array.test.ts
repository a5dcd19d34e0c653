// Arrays of numbers with a shape: what they give back, and as which type.
import { expect, test } from 'vitest';
import { NdArray, ndarray } from '../../src/data/nd_array.ts';

test('nested arrays have the type of the rank that is asked for', () => {
  const array = new NdArray([2, 1, 3], [1, 2, 3, 4, 5, 6]);
  const nested: number[][][] = array.toArray(3);
  expect(nested[1][0][2]).toBe(6);
  expect(array.toArray()).toEqual(nested);
  expect(ndarray(7).toArray(0) + 1).toBe(8);
  expect(() => array.toArray(2)).toThrow('[toArray] the array [2, 1, 3] has 3 axes, not 2: toArray(3)');
});
