// Padding of sequences: what is filled and cut, features, what is empty, and what is refused.
import { expect, test } from 'vitest';
import { padSequences } from '../../src/data/pad_sequences.ts';

test('the longest sequence decides, and empty ones are filled whole', () => {
  const padded = padSequences([[1, 2, 3], [], [4]], { value: -1, padding: 'post' });
  expect(padded.toArray()).toEqual([
    [1, 2, 3],
    [-1, -1, -1],
    [4, -1, -1],
  ]);
  expect(padded.data).toBeInstanceOf(Int32Array);
  const typed = padSequences([new Float32Array([1.5]), [2, 3]], { dtype: 'float32' });
  expect(typed.toArray()).toEqual([
    [0, 1.5],
    [2, 3],
  ]);
});

test('refuses what is no sequence, steps of other shapes and numbers that are no ids', () => {
  expect(() => padSequences([1, 2] as never)).toThrow(/sequence 0 is a number/);
  expect(() => padSequences([[[1, 2]], [[1]]])).toThrow(/shape \[2\], those of sequence 1 \[1\]/);
  expect(() => padSequences([[1.5]])).toThrow(/dtype: 'float32'/);
  expect(() => padSequences([[1]], { maxlen: 0 })).toThrow(/maxlen/);
  expect(() => padSequences([[1]], { padding: 'left' as never })).toThrow(/pre or post/);
  expect(() => padSequences(3 as never)).toThrow(/array of sequences/);
});
