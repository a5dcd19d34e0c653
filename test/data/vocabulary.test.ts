// Text to tokens and back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../src/core/errors.ts';
import { tokenize, Vocabulary } from '../../src/data/vocabulary.ts';

describe('characters', () => {
  test('are code points in order of first appearance', () => {
    const vocabulary = Vocabulary.fromText('añ🙂a\n', 'char');
    expect(vocabulary.tokens).toEqual(['a', 'ñ', '🙂', '\n']);
    expect([...vocabulary.encode('🙂a🙂')]).toEqual([2, 0, 2]);
    expect(vocabulary.decode([3, 2, 1])).toBe('\n🙂ñ');
  });

  test('every text comes back from its tokens', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const vocabulary = Vocabulary.fromText(text, 'char');
        expect(vocabulary.decode(vocabulary.encode(text))).toBe(text);
      }),
    );
  });
});

describe('words', () => {
  test('stand between white space; a line end is <eos>', () => {
    expect([...tokenize(' the cat\r\n\tsat \n\non', 'word')]).toEqual(
      'the cat <eos> sat <eos> <eos> on'.split(' '),
    );
    expect([...tokenize('end\n', 'word')]).toEqual(['end', '<eos>']);
  });

  test('are joined by spaces, and lines by line ends', () => {
    const vocabulary = Vocabulary.fromText('a b\nc\n\nd', 'word');
    expect(vocabulary.decode(vocabulary.encode('a b\nc\n\nd'))).toBe('a b\nc\n\nd');
    expect(vocabulary.decode(vocabulary.encode(' a   b \n c '))).toBe('a b\nc');
  });

  test('every text of words and single spaces comes back', () => {
    const line = fc
      .array(
        fc.stringMatching(/^[^\s<]+$/).filter((word) => word.length > 0),
        { maxLength: 5 },
      )
      .map((words) => words.join(' '));
    const text = fc.array(line, { minLength: 1 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(
        text.filter((t) => t !== ''),
        (t) => {
          const vocabulary = Vocabulary.fromText(t, 'word');
          expect(vocabulary.decode(vocabulary.encode(t))).toBe(t);
        },
      ),
    );
  });
});

test('a limit takes the first tokens, and the vocabulary of these alone', () => {
  const vocabulary = Vocabulary.fromText('one two three two', 'word', { limit: 2 });
  expect(vocabulary.tokens).toEqual(['one', 'two']);
  expect([...vocabulary.encode('two one three', { limit: 2 })]).toEqual([1, 0]);
  expect([...vocabulary.encode('two', { limit: 5 })]).toEqual([1]);
});

describe('what cannot be used', () => {
  test('an unknown token is named with its line and source', () => {
    const vocabulary = Vocabulary.fromText('ab\n', 'char');
    expect(() => vocabulary.encode('ab\nab\nax', { source: 'other.txt' })).toThrow(
      new DataError(
        'other.txt, line 3: the character "x" is not among the 3 characters that the model knows;' +
          ' take it out, or train on a text that has it',
      ),
    );
    expect(() => Vocabulary.fromText('a b', 'word').encode('a c')).toThrow(
      'the word "c" is not among the 2 words',
    );
  });

  test('unknown tokens are left out where somebody is told', () => {
    const vocabulary = Vocabulary.fromText('ab', 'char');
    const unknown: string[] = [];
    const onUnknown = (token: string) => unknown.push(token);
    expect([...vocabulary.encode('xabya', { limit: 2, onUnknown })]).toEqual([0, 1]);
    expect(unknown).toEqual(['x']);
    expect([...vocabulary.encode('xy', { onUnknown })]).toEqual([]);
  });

  test('a text without tokens has no vocabulary', () => {
    expect(() => Vocabulary.fromText('', 'char')).toThrow('the text has no characters');
    expect(() => Vocabulary.fromText(' \t ', 'word', { source: 'f' })).toThrow('f has no words');
  });

  test('a token that stands twice, an id that stands nowhere', () => {
    expect(() => new Vocabulary({ level: 'char', tokens: ['a', 'a'] })).toThrow(DataError);
    expect(() => Vocabulary.fromText('a').decode([1])).toThrow('there is no token 1 in a vocabulary of 1');
  });
});
