// The colours of heat maps: even steps of lightness, opposite hues, and no step back.
import { describe, expect, test } from 'vitest';
import { scaleOf } from '../../demo/src/scales.ts';

/** Relative luminance (WCAG 2). */
function luminance([r, g, b]: readonly [number, number, number]): number {
  const linear = [r, g, b].map((v) => (v <= 10 ? v / 3294 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

describe.each([
  ['light', false, -1],
  ['dark', true, 1],
] as const)('%s', (_, isDark, direction) => {
  test('luminance goes one way from zero to either end, as far on both sides', () => {
    const scale = scaleOf(isDark, true);
    for (const sign of [-1, 1]) {
      const values = Array.from({ length: 21 }, (_, i) => direction * luminance(scale.at((sign * i) / 20)));
      for (let i = 1; i < values.length; i++) expect(values[i]).toBeGreaterThan(values[i - 1]);
    }
    const ends = [luminance(scale.at(-1)), luminance(scale.at(1))];
    expect((Math.max(...ends) + 0.05) / (Math.min(...ends) + 0.05)).toBeLessThan(1.6);
  });

  test('signs have colours of their own, and what is out of range that of the end', () => {
    const scale = scaleOf(isDark, true);
    expect(scale.at(-0.7)[2]).toBeGreaterThan(scale.at(-0.7)[0]);
    expect(scale.at(0.7)[0]).toBeGreaterThan(scale.at(0.7)[2]);
    expect(scale.at(5)).toEqual(scale.at(1));
    expect(scaleOf(isDark, false).at(0.4)).toEqual(scale.at(0.4));
  });
});
