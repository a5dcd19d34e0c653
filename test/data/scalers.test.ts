// Scalers give scikit-learn's numbers, come back by their inverse, and survive a file.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError, FormatError, ShapeError } from '../../src/core/errors.ts';
import { type ArrayLikeData, NdArray } from '../../src/data/nd_array.ts';
import { minMaxScaler, type Scaler, scalerFromJSON, standardScaler } from '../../src/data/scalers.ts';

const table = [
  [1, 10, 5],
  [2, 20, 5],
  [6, 60, 5],
];

const fitted = (scaler: Scaler, data: ArrayLikeData) => scaler.fit(data);

test('the standard scaler: mean 0, deviation 1 over n, columns of equal numbers 0', () => {
  const scaled = standardScaler().fitTransform(table);
  const deviation = Math.sqrt(14 / 3);
  const expected = [-2, -1, 3].map((x) => x / deviation);
  for (let n = 0; n < 3; n++) {
    expect(scaled.data[3 * n]).toBeCloseTo(expected[n], 12);
    expect(scaled.data[3 * n + 1]).toBeCloseTo(expected[n], 12);
    expect(scaled.data[3 * n + 2]).toBe(0);
  }
  expect(standardScaler({ withStd: false }).fitTransform([1, 2, 6]).toArray()).toEqual([-2, -1, 3]);
  expect(
    standardScaler({ withMean: false })
      .fitTransform([[3], [-3]])
      .toArray(),
  ).toEqual([[1], [-1]]);
});

test('what rounding leaves of equal numbers is no variance', () => {
  const scaled = standardScaler().fitTransform(new Array(10).fill(0.1));
  for (const value of Array.from(scaled.data)) expect(Math.abs(value)).toBeLessThan(1e-12);
});

test('the min-max scaler', () => {
  expect(minMaxScaler().fitTransform(table).toArray()).toEqual([
    [0, 0, 0],
    [expect.closeTo(0.2), expect.closeTo(0.2), 0],
    [1, 1, 0],
  ]);
  expect(
    minMaxScaler({ featureRange: [-1, 1] })
      .fitTransform([2, 4, 3])
      .toArray(),
  ).toEqual([-1, 1, 0]);
  const clipped = fitted(minMaxScaler({ clip: true }), [0, 10]);
  expect(clipped.transform([-5, 5, 15]).toArray()).toEqual([0, 0.5, 1]);
  expect(fitted(minMaxScaler(), [0, 10]).transform([-5, 15]).toArray()).toEqual([-0.5, 1.5]);
});

describe.each([
  ['standardScaler', () => standardScaler()],
  ['minMaxScaler', () => minMaxScaler({ featureRange: [-1, 2] })],
])('%s', (kind, make: () => Scaler) => {
  const tables = fc.integer({ min: 1, max: 4 }).chain((D) =>
    fc
      .array(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: D, maxLength: D }), {
        minLength: 1,
        maxLength: 20,
      })
      .map((rows) => new NdArray([rows.length, D], rows.flat())),
  );

  test('a column that begins with -0 is scaled alike by a file', () => {
    const scaler = make();
    const data = new NdArray([2, 2], [-0, 1, 0, 2]);
    const scaled = scaler.fitTransform(data);
    expect(scalerFromJSON(JSON.stringify(scaler)).transform(data)).toEqual(scaled);
    expect(scalerFromJSON(JSON.stringify(scaler)).toJSON()).toEqual(scaler.toJSON());
  });

  test('the inverse gives the data back, also from a file', () => {
    fc.assert(
      fc.property(tables, (data) => {
        const scaler = make();
        const scaled = scaler.fitTransform(data);
        const again = scalerFromJSON(JSON.stringify(scaler));
        expect(again.toJSON()).toEqual(scaler.toJSON());
        expect(again.transform(data)).toEqual(scaled);
        const back = again.inverseTransform(scaled);
        expect(back.shape).toEqual(data.shape);
        for (let i = 0; i < data.data.length; i++) {
          expect(Math.abs(back.data[i] - data.data[i])).toBeLessThan(1e-8 * (1 + Math.abs(data.data[i])));
        }
      }),
    );
  });

  test('sequences are scaled by feature over samples and steps', () => {
    const flat = make().fitTransform(table.flatMap((row) => [row, row]));
    const sequences = new NdArray(
      [2, 3, 3],
      table.flatMap((row) => [...row, ...row]),
    );
    const scaled = make().fitTransform(sequences);
    expect(scaled.shape).toEqual([2, 3, 3]);
    expect(scaled.data).toEqual(flat.data);
  });

  test('forecasts of one column are brought back by its numbers', () => {
    const scaler = fitted(make(), table);
    const whole = scaler.transform(table);
    const column = [0, 1, 2].map((n) => whole.data[3 * n + 1]);
    const back = scaler.inverseTransform([column, column], { columns: 1 });
    expect(back.shape).toEqual([2, 3]);
    for (let i = 0; i < 6; i++) expect(back.data[i]).toBeCloseTo([10, 20, 60][i % 3], 10);
    const two = scaler.inverseTransform([[whole.data[7], whole.data[6]]], { columns: [1, 0] });
    expect(two.data[0]).toBeCloseTo(60, 10);
    expect(two.data[1]).toBeCloseTo(6, 10);
  });

  test('f32 data stay f32, and nothing is written into them', () => {
    const data = Float32Array.of(1, 2, 3);
    expect(make().fitTransform(data).data).toBeInstanceOf(Float32Array);
    expect([...data]).toEqual([1, 2, 3]);
  });

  test('mistakes are told in words', () => {
    expect(() => make().transform([1])).toThrow(`[${kind}/transform] needs fit() before it`);
    const scaler = fitted(make(), table);
    expect(scaler.columns).toBe(3);
    expect(() => scaler.transform([[1, 2]])).toThrow(ShapeError);
    expect(() => scaler.transform([[1, 2]])).toThrow(/3 columns were fitted, but \[1, 2\] has 2.*columns: 0/);
    expect(() => scaler.inverseTransform([1], { columns: 3 })).toThrow(/columns from 0 to 2, got 3/);
    expect(() =>
      fitted(make(), [
        [1, 2],
        [3, Number.NaN],
      ]),
    ).toThrow(DataError);
    expect(() =>
      fitted(make(), [
        [1, 2],
        [3, Number.NaN],
      ]),
    ).toThrow(/got NaN in column 1 of row 1/);
    expect(() => fitted(make(), [])).toThrow(/there is no row in \[0\]/);
    expect(() => scalerFromJSON({ ...scaler.toJSON(), scale: [1] })).toThrow(FormatError);
  });
});

test('a scaler that learned nothing comes back so; what is none is refused', () => {
  expect(scalerFromJSON(standardScaler().toJSON()).columns).toBe(0);
  expect(() => scalerFromJSON({ kind: 'other' } as never)).toThrow(/no scaler: its kind is "other"/);
  expect(() => minMaxScaler({ featureRange: [1, 1] })).toThrow(/low below high/);
});
