// Medians, quartiles and ratios of neighbouring blocks; rows of results made of them.
import { describe, expect, test } from 'vitest';
import { less, perStep } from '../../bench/src/counting.ts';
import { measurementOf } from '../../bench/src/session.ts';
import { quantile, ratiosOf, spreadOf } from '../../bench/src/statistics.ts';

describe('statistics', () => {
  test('quartiles lie between neighbours by proportion', () => {
    expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25, runs: 4 });
    expect(spreadOf([7])).toEqual({ median: 7, low: 7, high: 7, runs: 1 });
    expect(quantile([1, 2, 3], 1)).toBe(3);
    expect(() => spreadOf([])).toThrow('at least one value');
  });

  test('ratios pair neighbours, so that a slow spell of the machine cancels out', () => {
    const ours = [1, 10, 1, 1];
    const theirs = [3, 30, 3, 3];
    expect(ratiosOf(ours, theirs)).toEqual({ median: 3, low: 3, high: 3, runs: 4 });
    // A peer that was stopped early has fewer blocks.
    expect(ratiosOf(ours, [5])).toMatchObject({ median: 5, runs: 1 });
  });

  test('a step is what a long block counts more than a short one', () => {
    const counts = (n: number) => ({
      dispatches: 10 * n,
      submits: n + 1,
      bindGroups: 0,
      buffers: 1,
      bytes: 4,
    });
    expect(perStep(less(counts(3), counts(1)), 2)).toEqual({
      ...{ dispatches: 10, submits: 1, bindGroups: 0, buffers: 0, bytes: 0 },
    });
  });
});

describe('rows', () => {
  const about = { work: 'S', cell: 'lstm', mode: 'train', place: 'node' } as const;

  test('ours has the blocks of all its pairs, and the first loss of one that worked', () => {
    const failed = { engine: 'webgpu-rnn webgpu', times: [], reason: 'the page broke down' };
    const good = {
      engine: 'webgpu-rnn webgpu',
      times: [2, 4],
      firstLoss: 3.5,
      lossDifference: 1e-7,
      firstStep: 90,
    };
    const row = measurementOf(about, [failed, good, { ...good, times: [6] }], 256);
    expect(row).toMatchObject({
      milliseconds: { median: 4, runs: 3 },
      tokensPerSecond: 64000,
      firstStep: 90,
    });
    expect(row.reason).toBeUndefined();
  });

  test('without a block there is a reason', () => {
    const row = measurementOf(about, [{ engine: 'tfjs webgl', times: [], reason: 'no canvas' }], 256);
    expect(row).toEqual({ ...about, engine: 'tfjs webgl', reason: 'no canvas' });
  });
});
