// Rows made orthonormal in blocks are those that one row after the other gives, at sizes around the edges of the blocks.
import { expect, test } from 'vitest';
import { random } from '../../src/core/random.ts';
import { orthonormalise } from '../../src/layers/orthonormal.ts';

/** Modified Gram-Schmidt, row by row. */
function plainly(values: Float64Array, count: number, length: number): number[][] {
  const rows = Array.from({ length: count }, (_, i) => [...values.slice(i * length, (i + 1) * length)]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, k) => sum + x * b[k], 0);
  for (const [i, row] of rows.entries()) {
    for (const other of rows.slice(0, i)) {
      const along = dot(other, row);
      for (const [k, x] of other.entries()) row[k] -= along * x;
    }
    const norm = Math.sqrt(dot(row, row));
    for (const k of row.keys()) row[k] /= norm;
  }
  return rows;
}

test.each([
  [1, 1],
  [31, 40],
  [32, 32],
  [33, 35],
  [66, 130],
  [100, 257],
])('%i rows of %i', (count, length) => {
  const next = random(7);
  const values = Float64Array.from({ length: count * length }, () => next.normal());
  const expected = plainly(values, count, length);
  orthonormalise(values, count, length);
  const worst = Math.max(...expected.flat().map((x, i) => Math.abs(x - values[i])));
  expect(worst).toBeLessThan(1e-12);
});
