// Text files: what is read, and what is said about those that are none.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { firstInvalidByte, readText } from '../../src/cli/corpus.ts';
import { DataError } from '../../src/core/errors.ts';
import { tokenize } from '../../src/data/vocabulary.ts';
import { folderOf } from './cli.ts';

const folder = folderOf({});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function fileOf(...bytes: (number | string)[]): string {
  const file = path.join(folder, 'text');
  fs.writeFileSync(file, Buffer.concat(bytes.map((b) => Buffer.from(typeof b === 'number' ? [b] : b))));
  return file;
}

describe('what is read', () => {
  test('UTF-8, without a byte order mark', () => {
    expect(readText(fileOf(0xef, 0xbb, 0xbf, 'añ🙂\n'))).toBe('añ🙂\n');
  });

  test('line ends of every system as one, and nothing else of the kind', () => {
    expect(readText(fileOf('a\r\nb\r\n\r\nc\rd\n\re'))).toBe('a\nb\n\nc\rd\n\re');
  });

  test('what is kept are characters like others, and white space between words', () => {
    const text = readText(fileOf(0xef, 0xbb, 0xbf, 'a\rb\n', 0xef, 0xbb, 0xbf, 'c'));
    expect([...tokenize(text, 'char')]).toEqual(['a', '\r', 'b', '\n', '\ufeff', 'c']);
    expect([...tokenize(text, 'word')]).toEqual(['a', 'b', '<eos>', 'c']);
  });

  test.skipIf(process.platform === 'win32')('a pipe', () => {
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    execFileSync('sh', ['-c', `printf 'from a pipe' > "${pipe}" &`], { stdio: 'ignore' });
    expect(readText(pipe)).toBe('from a pipe');
  });
});

describe('what is not', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'a missing file',
      () => path.join(folder, 'missing'),
      /^cannot read .*missing: there is no such file or folder$/,
    ],
    ['a folder', () => folder, /is a folder; give a text file/],
    ['a part of the path that is a file', () => `${fileOf('x')}/y`, /a part of the path is not a folder/],
    ['an empty file', () => fileOf(), /is empty; give a file with text/],
    ['a byte order mark and nothing else', () => fileOf(0xef, 0xbb, 0xbf), /is empty/],
    ['a zero byte', () => fileOf('text', 0, 'more'), /is binary: byte 5 is zero; give a UTF-8 text file/],
    ['a zero byte before a wrong one', () => fileOf('a', 0, 0xff), /is binary: byte 2 is zero/],
    ['a wrong byte before a zero byte', () => fileOf('a', 0xff, 0), /byte 2 \(0xff\) cannot stand there/],
    ['Latin-1', () => fileOf('Stra', 0xdf, 'e'), /is not UTF-8 text: byte 5 \(0xdf\) cannot stand there/],
    ['a character that is cut', () => fileOf('ab', 0xe2, 0x82), /byte 3 \(0xe2\)/],
    ['UTF-16', () => fileOf(0xff, 0xfe, 'a', 0), /is UTF-16 text; save it as UTF-8/],
  ])('%s', (_name, file, message) => {
    const name = file();
    expect(() => readText(name)).toThrow(DataError);
    expect(() => readText(name)).toThrow(message);
  });

  test.skipIf(process.platform !== 'linux')('a device', () => {
    expect(() => readText('/dev/zero')).toThrow('/dev/zero is a device; give a text file');
    expect(() => readText('/dev/null')).toThrow('/dev/null is empty');
  });
});

describe('the first byte that is no UTF-8', () => {
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const anything = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }).map((text) => [...new TextEncoder().encode(text)]),
      fc.array(fc.constantFrom(0x80, 0x8f, 0x9f, 0xa0, 0xbf, 0xc1, 0xe0, 0xed, 0xf0, 0xf4, 0xf5), {
        maxLength: 3,
      }),
    ),
    { maxLength: 6 },
  );

  test('is where a strict decoder stops', () => {
    fc.assert(
      fc.property(anything, (parts) => {
        const bytes = Uint8Array.from(parts.flat());
        const at = firstInvalidByte(bytes);
        expect(at < 0).toBe(decodes(bytes));
        if (at >= 0) expect(decodes(bytes.subarray(0, at))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
