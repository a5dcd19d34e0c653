// Divisions of samples: every sample where it belongs, with scikit-learn's counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kFold, stratifiedKFold, timeSeriesSplit } from '../../src/data/folds.ts';
import { NdArray } from '../../src/data/nd_array.ts';
import { trainTestIndices, trainTestSplit } from '../../src/data/split.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const rising = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const countOf = (values: readonly unknown[], value: unknown) => values.filter((one) => one === value).length;

describe('trainTestSplit', () => {
  test.each([
    // n, options, train, test: as sklearn.model_selection.train_test_split
    [10, {}, 7, 3],
    [10, { testSize: 0.2 }, 8, 2],
    [10, { testSize: 0.25 }, 7, 3],
    [10, { trainSize: 0.25 }, 2, 8],
    [10, { testSize: 4 }, 6, 4],
    [10, { trainSize: 4 }, 4, 6],
    [10, { trainSize: 4, testSize: 0.3 }, 4, 3],
    [3, { testSize: 0.01 }, 2, 1],
    [100, { testSize: 0.07 }, 92, 8],
  ])('%i samples by %j', (n, options, train, held) => {
    const split = trainTestIndices(n, options);
    expect([split.train.length, split.test.length]).toEqual([train, held]);
  });

  test('parts are disjoint and depend on the seed alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 200 }),
        fc.double({ min: 0.05, max: 0.7, noNaN: true }),
        fc.nat(),
        (n, testSize, seed) => {
          const split = trainTestIndices(n, { testSize, seed });
          expect(rising([...split.train, ...split.test])).toEqual(upTo(n));
          expect(trainTestIndices(n, { testSize, seed })).toEqual(split);
        },
      ),
    );
    expect(trainTestIndices(50, { seed: 1 })).not.toEqual(trainTestIndices(50, { seed: 2 }));
  });

  test('without an order of its own the end is the test', () => {
    expect(trainTestIndices(5, { shuffle: false, testSize: 2 })).toEqual({ train: [0, 1, 2], test: [3, 4] });
  });

  test('arrays of any kind stay together', () => {
    const x = upTo(10).map((i) => [[i], [i + 0.5]]);
    const y = Int32Array.from(upTo(10));
    const w = { shape: [10, 1], data: upTo(10) };
    const [xTrain, xTest, yTrain, yTest, , wTest] = trainTestSplit(x, y, w, { testSize: 3, seed: 7 });
    expect([xTrain.shape, xTest.shape, yTrain.shape, wTest.shape]).toEqual([
      [7, 2, 1],
      [3, 2, 1],
      [7],
      [3, 1],
    ]);
    expect(yTest.data).toBeInstanceOf(Int32Array);
    expect(Array.from(yTest.data, (i) => [[i], [i + 0.5]])).toEqual(xTest.toArray());
    expect(Array.from(wTest.data)).toEqual(Array.from(yTest.data));
  });

  test('stratified parts have their share of each class', () => {
    const classes = upTo(100).map((i) => (i % 10 === 0 ? 'rare' : i % 2 ? 'odd' : 'even'));
    const { train, test: held } = trainTestIndices(classes, { testSize: 20, stratify: classes });
    expect(rising([...train, ...held])).toEqual(upTo(100));
    const names = held.map((i) => classes[i]);
    expect(['rare', 'odd', 'even'].map((name) => countOf(names, name))).toEqual([2, 10, 8]);
    const labels = new NdArray([4], Uint8Array.of(0, 1, 0, 1));
    expect(
      trainTestIndices(4, { testSize: 2, stratify: labels })
        .test.map((i) => i % 2)
        .sort(),
    ).toEqual([0, 1]);
    const few = trainTestIndices(7, { testSize: 3, stratify: [0, 0, 0, 0, 1, 1, 1] });
    expect(rising([...few.train, ...few.test])).toEqual(upTo(7));
  });

  test.each([
    [() => trainTestSplit([[1], [2]], [1]), /array 0 has 2 samples, but array 1 has 1/],
    [() => trainTestSplit({ testSize: 0.5 }), /takes arrays/],
    [() => trainTestIndices(1), /1 samples cannot be divided into 0 for training and 1 for testing/],
    [() => trainTestIndices(10, { testSize: 1.5 }), /testSize\] must be an integer from 1 on, got 1.5/],
    [() => trainTestIndices(10, { testSize: 6, trainSize: 6 }), /cannot be divided/],
    [() => trainTestIndices(10, { test_size: 6 } as never), /no option test_size/],
    [() => trainTestIndices(4, { stratify: [0, 0, 0, 1] }), /class 1 has one sample only/],
    [() => trainTestIndices(4, { stratify: [0, 0, 1] }), /4 samples need 4 classes, got 3/],
    [
      () => trainTestIndices(4, { stratify: [0, 0, 1, 1], testSize: 1 }),
      /1 samples to test with are fewer than 2 classes/,
    ],
  ])('mistake %# is told in words', (make, message) => {
    expect(make).toThrow(message);
  });
});

describe('kFold', () => {
  test('the folds of sklearn.model_selection.KFold', () => {
    expect(kFold({ nSplits: 3 }).split(7)).toEqual([
      { train: [3, 4, 5, 6], test: [0, 1, 2] },
      { train: [0, 1, 2, 5, 6], test: [3, 4] },
      { train: [0, 1, 2, 3, 4], test: [5, 6] },
    ]);
  });

  test('each sample is tested once, whatever the order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.nat(60),
        fc.boolean(),
        fc.nat(),
        (nSplits, more, shuffle, seed) => {
          const n = nSplits + more;
          const splits = kFold({ nSplits, shuffle, seed }).split(
            new NdArray([n, 2], new Float32Array(2 * n)),
          );
          expect(rising(splits.flatMap(({ test: held }) => held))).toEqual(upTo(n));
          const sizes = splits.map(({ test: held }) => held.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          for (const { train, test: held } of splits) {
            expect(rising([...train, ...held])).toEqual(upTo(n));
            expect(train).toEqual(rising(train));
          }
        },
      ),
    );
  });

  test('an order of its own differs, and stays with its seed', () => {
    const folds = (seed: number) => kFold({ shuffle: true, seed }).split(30);
    expect(folds(1)).toEqual(folds(1));
    expect(folds(1)).not.toEqual(folds(2));
    expect(folds(1)).not.toEqual(kFold().split(30));
  });

  test('too few samples or folds are refused', () => {
    expect(() => kFold({ nSplits: 1 })).toThrow('[kFold/nSplits] must be an integer from 2 on, got 1');
    expect(() => kFold().split(4)).toThrow('[kFold] 4 samples are fewer than 5 folds');
  });
});

describe('stratifiedKFold', () => {
  test('the folds of sklearn.model_selection.StratifiedKFold', () => {
    const tests = (classes: number[]) =>
      stratifiedKFold({ nSplits: 3 })
        .split(classes)
        .map(({ test: held }) => held);
    expect(tests([1, 1, 0, 0, 0, 1, 0, 1, 0])).toEqual([upTo(3), [3, 4, 5], [6, 7, 8]]);
    expect(tests([2, 0, 2, 1, 0, 0, 1, 2, 2, 0, 1])).toEqual([upTo(4), [4, 5, 6, 7], [8, 9, 10]]);
    expect(tests([0, 0, 0, 0, 1, 1, 1])).toEqual([
      [0, 1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  test('each class is spread as evenly as can be', () => {
    const classes = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 80 });
    fc.assert(
      fc.property(classes, fc.boolean(), fc.nat(), (list, shuffle, seed) => {
        const splits = stratifiedKFold({ nSplits: 3, shuffle, seed }).split(list);
        expect(rising(splits.flatMap(({ test: held }) => held))).toEqual(upTo(list.length));
        for (const name of new Set(list)) {
          const counts = splits.map(({ test: held }) =>
            countOf(
              held.map((i) => list[i]),
              name,
            ),
          );
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
        const sizes = splits.map(({ test: held }) => held.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('classes that are all too small are refused', () => {
    expect(() => stratifiedKFold({ nSplits: 3 }).split([0, 0, 1, 1])).toThrow(/no class has 3 samples/);
  });
});

describe('timeSeriesSplit', () => {
  test('the divisions of sklearn.model_selection.TimeSeriesSplit', () => {
    expect(timeSeriesSplit({ nSplits: 3 }).split(7)).toEqual([
      { train: [0, 1, 2, 3], test: [4] },
      { train: [0, 1, 2, 3, 4], test: [5] },
      { train: [0, 1, 2, 3, 4, 5], test: [6] },
    ]);
    expect(timeSeriesSplit({ nSplits: 3, testSize: 2, gap: 2 }).split(12)).toEqual([
      { train: [0, 1, 2, 3], test: [6, 7] },
      { train: [0, 1, 2, 3, 4, 5], test: [8, 9] },
      { train: [0, 1, 2, 3, 4, 5, 6, 7], test: [10, 11] },
    ]);
    expect(timeSeriesSplit({ nSplits: 2, maxTrainSize: 3 }).split(9)).toEqual([
      { train: [0, 1, 2], test: [3, 4, 5] },
      { train: [3, 4, 5], test: [6, 7, 8] },
    ]);
  });

  test('no test comes before what was trained on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.nat(3),
        fc.integer({ min: 30, max: 90 }),
        (nSplits, gap, n) => {
          for (const { train, test: held } of timeSeriesSplit({ nSplits, gap }).split(n)) {
            expect(Math.min(...held) - Math.max(...train)).toBe(gap + 1);
            expect(held.length).toBe(Math.floor(n / (nSplits + 1)));
          }
        },
      ),
    );
  });

  test('a series that is too short is refused', () => {
    expect(() => timeSeriesSplit({ nSplits: 3, testSize: 2, gap: 4 }).split(10)).toThrow(
      '[timeSeriesSplit] 10 samples leave none to train on before 3 tests of 2 and a gap of 4',
    );
  });
});
