// Reads text files as a user gives them, and says in one line what is wrong with those that are none.
import fs from 'node:fs';
import { DataError } from '../core/errors.ts';
import { reasonOf } from './file_errors.ts';

/** JavaScript's longest string is a little longer. */
const MAX_BYTES = 500_000_000;

/** The name of a file that stands for the standard input. */
export const STANDARD_INPUT = '-';

/** What messages call a file. */
export function sourceName(file: string): string {
  return file === STANDARD_INPUT ? 'standard input' : file;
}

/**
 * The text of a UTF-8 file, or of the standard input for `-`: without a byte order mark at its beginning, and with line
 * ends as \n where they are \r\n, so that no token stands for how a file was saved. Marks further on, as in files put
 * together, and \r by itself are kept: they are characters like others, and white space between words.
 * @throws DataError as `readOriginal`.
 */
export function readText(name: string): string {
  return withLineFeeds(readOriginal(name));
}

/** A text with line ends as \n where they are \r\n. */
export function withLineFeeds(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/**
 * As `readText`, with line ends as they are.
 * @throws DataError for what is missing, no file, empty, too large, or no text.
 */
export function readOriginal(name: string): string {
  const bytes = name === STANDARD_INPUT ? readInput() : readBytes(name);
  const file = sourceName(name);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new DataError(
      `${file} is UTF-16 text; save it as UTF-8, for instance with iconv -f UTF-16 -t UTF-8`,
    );
  }
  const nul = bytes.indexOf(0);
  const invalid = firstInvalidByte(nul < 0 ? bytes : bytes.subarray(0, nul));
  if (invalid >= 0) {
    throw new DataError(
      `${file} is not UTF-8 text: byte ${invalid + 1} (0x${bytes[invalid].toString(16).padStart(2, '0')}) cannot stand` +
        ' there; give a text file, or convert it with iconv -t UTF-8',
    );
  }
  if (nul >= 0) throw new DataError(`${file} is binary: byte ${nul + 1} is zero; give a UTF-8 text file`);
  const text = new TextDecoder().decode(bytes);
  if (text === '') throw new DataError(`${file} is empty; give a file with text`);
  return text;
}

function readBytes(file: string): Uint8Array {
  try {
    const status = fs.statSync(file);
    if (status.isDirectory()) throw new DataError(`${file} is a folder; give a text file`);
    if (status.isBlockDevice() || (status.isCharacterDevice() && !isStandardInput(file, status))) {
      throw new DataError(`${file} is a device; give a text file`);
    }
    if (status.size > MAX_BYTES) {
      throw new DataError(
        `${file} has ${status.size} bytes; texts of up to ${MAX_BYTES} bytes are read, give a part of it`,
      );
    }
    return fs.readFileSync(file);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

/** All of the standard input. */
function readInput(): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = new Uint8Array(1 << 16);
    const count = readSome(part);
    if (count === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, count));
    size += count;
    if (size > MAX_BYTES) {
      throw new DataError(`standard input has more than ${MAX_BYTES} bytes; give a part of it`);
    }
  }
}

/** Milliseconds between two looks at an input that does not wait by itself. */
const INPUT_BEAT = 10;

function readSome(part: Uint8Array): number {
  for (;;) {
    try {
      return fs.readSync(0, part);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // So Windows tells the end of a pipe.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw new DataError(`cannot read standard input: ${reasonOf(error)}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, INPUT_BEAT);
    }
  }
}

/** /dev/stdin and its like at a terminal; a pipe or a file behind it is no device. */
function isStandardInput(file: string, status: fs.Stats): boolean {
  return file === '/dev/null' || (process.stdin.isTTY && status.rdev === fs.fstatSync(0).rdev);
}

/** Index of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7); -1 where all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const first = bytes[i];
    if (first < 0x80) {
      i++;
      continue;
    }
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || i + length > bytes.length) return i;
    // The second byte of some sequences has a smaller range: no overlong forms, surrogates, or code points past U+10FFFF.
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (bytes[i + 1] < low || bytes[i + 1] > high) return i;
    for (let k = 2; k < length; k++) if ((bytes[i + k] & 0xc0) !== 0x80) return i;
    i += length;
  }
  return -1;
}
