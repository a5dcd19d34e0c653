// What a recurrent layer says of an input without time: it depends on what lies below.
import { expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { buildPlan } from '../../src/core/builder.ts';
import { Parameters } from '../../src/core/parameters.ts';
import { dense, lstm, ndarray } from '../../src/index.ts';

const built = (below: 'lstm' | 'dense') => () => {
  const { limits } = cpu();
  return buildPlan({ name: 'plan', limits, parameters: new Parameters({ seed: 1 }) }, (b) => {
    const x = b.input('x', below === 'lstm' ? [3, 2, 4] : [2, 4]);
    const y = (below === 'lstm' ? lstm({ units: 3 }) : dense({ units: 3 })).build(b, x);
    lstm({ units: 2, name: 'upper' }).build(b, y);
  });
};

test('above another recurrent layer, and above anything else', () => {
  expect(built('lstm')).toThrow(/expected \[N, T, D\].*needs `returnSequences: true`/);
  expect(built('dense')).toThrow(/expected \[N, T, D\].*repeatVector or reshape make sequences of rows/);
});

test('what is no number is told with its place', () => {
  expect(() =>
    ndarray([
      [1, 2],
      [3, null],
    ] as never),
  ).toThrow(/takes numbers, got null at \[1\]\[1\]/);
  expect(() => ndarray([[[1], ['a']]] as never)).toThrow(/got "a" at \[0\]\[1\]\[0\]/);
  expect(() => ndarray([1n] as never)).toThrow(/got 1n \(a BigInt\) at \[0\]/);
});
