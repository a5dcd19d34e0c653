// Half-precision numbers: every bit pattern stands for itself, and rounding is to the nearest, ties to even.
import { expect, test } from 'vitest';
import { halfBits, halfValue, roundToHalf } from '../../src/core/halves.ts';

test('every finite half and both infinities keep their bits', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfValue(bits);
    if (!Number.isNaN(value)) expect(halfBits(value)).toBe(bits);
  }
  expect(halfValue(halfBits(Number.NaN))).toBeNaN();
});

test('numbers between two halves go to the nearer one, and to the even one from the middle', () => {
  for (let bits = 0; bits < 0x7bff; bits += 7) {
    const low = halfValue(bits);
    const high = halfValue(bits + 1);
    const middle = (low + high) / 2;
    expect(halfBits(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(halfBits(middle - (high - low) / 1024)).toBe(bits);
    expect(halfBits(-middle - (high - low) / 1024)).toBe(0x8000 | (bits + 1));
  }
});

test('what is too large becomes infinite', () => {
  expect(roundToHalf(65519.99)).toBe(65504);
  expect(roundToHalf(65520)).toBe(Number.POSITIVE_INFINITY);
  expect(roundToHalf(-1e30)).toBe(Number.NEGATIVE_INFINITY);
});
