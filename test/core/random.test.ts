// Random numbers: the same for the same seed, well spread, and gate layouts that invert each other.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interleaveGates, separateGates } from '../../src/core/layout.ts';
import { random, randomWord, unitInterval } from '../../src/core/random.ts';
import { glorotUniform, orthogonal } from '../../src/layers/initializers.ts';

describe('random', () => {
  test('repeats for the same seed and stream, and differs for others', () => {
    const draw = (seed: number, stream: string) => {
      const next = random(seed, stream);
      return Array.from({ length: 8 }, () => next.uniform());
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  });

  test('is uniform and normal to within four standard errors', () => {
    const next = random(5);
    const n = 20_000;
    const uniform = Array.from({ length: n }, () => next.uniform());
    const normal = Array.from({ length: n }, () => next.normal());
    const mean = (list: number[]) => list.reduce((a, b) => a + b) / n;
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean(normal.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  test('words of neighbouring positions are uncorrelated and fill (0, 1)', () => {
    const n = 20_000;
    const u = Array.from({ length: n }, (_, i) => unitInterval(randomWord(7, 3, i)));
    expect(Math.min(...u)).toBeGreaterThan(0);
    expect(Math.max(...u)).toBeLessThan(1);
    let product = 0;
    for (let i = 1; i < n; i++) product += (u[i] - 0.5) * (u[i - 1] - 0.5);
    expect(Math.abs(product / n)).toBeLessThan(4 / 12 / Math.sqrt(n));
  });
});

test('the unit interval is open at both ends, in f32 too', () => {
  expect(Math.fround(unitInterval(0xffffffff))).toBeLessThan(1);
  expect(Math.fround(unitInterval(0))).toBeGreaterThan(0);
});

describe('gate layout', () => {
  test('interleaving and separating are inverse', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(1, 3, 4),
        fc.integer({ min: 1, max: 6 }),
        (rows, gates, units) => {
          const data = Array.from({ length: rows * gates * units }, (_, i) => i);
          const width = gates * units;
          expect([...separateGates(interleaveGates(data, width, gates), width, gates)]).toEqual(data);
        },
      ),
    );
  });

  test('puts the gates of a unit side by side', () => {
    expect([...interleaveGates([1, 2, 10, 20, 100, 200, 1000, 2000], 8, 4)]).toEqual([
      1, 10, 100, 1000, 2, 20, 200, 2000,
    ]);
  });
});

describe('initializers', () => {
  test('orthogonal gives orthonormal rows or columns', () => {
    for (const [rows, cols] of [
      [4, 16],
      [9, 5],
      [6, 6],
    ]) {
      const w = Array.from(orthogonal()([rows, cols], random(1)));
      const vector = (i: number) =>
        rows <= cols ? w.slice(i * cols, (i + 1) * cols) : w.filter((_, j) => j % cols === i);
      const count = Math.min(rows, cols);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < count; j++) {
          const dot = vector(i).reduce((sum, v, k) => sum + v * vector(j)[k], 0);
          expect(dot).toBeCloseTo(i === j ? 1 : 0, 10);
        }
      }
    }
  });

  test('glorotUniform stays within and fills sqrt(6 / (in + out))', () => {
    const limit = Math.sqrt(6 / 300);
    const w = Array.from(glorotUniform()([100, 200], random(2)), Math.abs);
    expect(Math.max(...w)).toBeLessThanOrEqual(limit);
    expect(Math.max(...w)).toBeGreaterThan(0.99 * limit);
  });
});
