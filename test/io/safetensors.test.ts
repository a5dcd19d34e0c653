// The safetensors format: what is written comes back, and no damage goes unnoticed or ends in anything but a FormatError.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../src/core/errors.ts';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.ts';

const example = () =>
  writeSafetensors(
    new Map([
      [
        'weights',
        { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY) },
      ],
      ['ids', { shape: [2], data: Uint32Array.of(7, 0xffffffff) }],
    ]),
    { format: 'test', note: 'ä' },
  );

/** A file of a header as given, and so many bytes of data. */
function fileOf(header: unknown, dataBytes = 0): Uint8Array {
  const head = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + head.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  return bytes;
}

describe('round trip', () => {
  test('names, shapes, kinds, values and metadata come back', () => {
    const { tensors, metadata } = readSafetensors(example());
    expect([...tensors.keys()]).toEqual(['weights', 'ids']);
    expect(tensors.get('weights')).toEqual({
      dtype: 'F32',
      shape: [2, 3],
      data: Float32Array.of(1, -2, 3.5, 0, Number.NaN, Number.POSITIVE_INFINITY),
    });
    expect(tensors.get('ids')).toEqual({ dtype: 'U32', shape: [2], data: Uint32Array.of(7, 0xffffffff) });
    expect(metadata).toEqual({ format: 'test', note: 'ä' });
  });

  test('any tensors come back, also from the midst of a larger buffer', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => text !== '__metadata__');
    const data = fc.oneof(
      fc.float32Array({ maxLength: 20 }),
      fc.float64Array({ maxLength: 20 }),
      fc.uint32Array({ maxLength: 20 }),
      fc.int32Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, data), { selector: ([n]) => n }),
        fc.nat(9),
        (entries, shift) => {
          const tensors = new Map(
            entries.map(([n, values]) => [n, { shape: [values.length], data: values }]),
          );
          const bytes = writeSafetensors(tensors);
          const larger = new Uint8Array(bytes.length + shift);
          larger.set(bytes, shift);
          const read = readSafetensors(larger.subarray(shift)).tensors;
          expect(new Map([...read].map(([n, t]) => [n, t.data]))).toEqual(new Map(entries));
        },
      ),
    );
  });

  test('names that JavaScript objects have a meaning for', () => {
    const names = ['__proto__', 'constructor', 'toString', ''];
    const tensors = new Map(names.map((name, i) => [name, { shape: [1], data: Float32Array.of(i) }]));
    const read = readSafetensors(writeSafetensors(tensors)).tensors;
    expect([...read].map(([name, { data }]) => [name, data[0]])).toEqual(names.map((name, i) => [name, i]));
  });

  test('the data starts at a multiple of eight bytes', () => {
    const bytes = example();
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect((8 + headerLength) % 8).toBe(0);
  });

  test('half-precision numbers are widened', () => {
    const file = fileOf(
      {
        half: { dtype: 'F16', shape: [4], data_offsets: [0, 8] },
        brain: { dtype: 'BF16', shape: [2], data_offsets: [8, 12] },
      },
      12,
    );
    const view = new DataView(file.buffer, file.length - 12);
    [0x3c00, 0xc000, 0x0001, 0x7c00, 0x3f80, 0xc040].forEach((bits, i) => {
      view.setUint16(2 * i, bits, true);
    });
    const { tensors } = readSafetensors(file);
    expect(tensors.get('half')!.data).toEqual(Float32Array.of(1, -2, 2 ** -24, Number.POSITIVE_INFINITY));
    expect(tensors.get('brain')!.data).toEqual(Float32Array.of(1, -3));
  });
});

describe('damage', () => {
  const entry = (changes: object) => ({
    x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...changes },
  });
  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /0 bytes are less than a header/],
    ['a cut header', example().subarray(0, 40), /longer than the file/],
    ['cut data', example().subarray(0, -1), /tensor ids \[2\] does not lie within it/],
    ['another format', new TextEncoder().encode('PK\x03\x04 something else'), /as another kind of file/],
    ['a short letter', new TextEncoder().encode('\n\0\0\0\0\0\0\0Dear reader'), /as another kind of file/],
    ['no JSON', fileOf('{"x": '), /its header is not JSON/],
    ['a list', fileOf([]), /as another kind of file/],
    ['no object', fileOf({ x: null }), /the entry x of its header is no object/],
    ['an unknown kind', fileOf(entry({ dtype: 'F8' }), 8), /unknown dtype "F8"/],
    ['a kind that objects have', fileOf(entry({ dtype: 'toString' }), 8), /unknown dtype "toString"/],
    ['no shape', fileOf(entry({ shape: undefined }), 8), /has no shape or place/],
    ['a negative size', fileOf(entry({ shape: [-2] }), 8), /has no shape or place/],
    ['a fraction as size', fileOf(entry({ shape: [0.5] }), 8), /has no shape or place/],
    ['another size', fileOf(entry({ shape: [3] }), 8), /does not lie within it/],
    ['a place outside', fileOf(entry({ data_offsets: [8, 16] }), 8), /does not lie within it/],
    ['a place before', fileOf(entry({ data_offsets: [-8, 0] }), 8), /has no shape or place/],
  ])('%s', (_name, bytes, message) => {
    expect(() => readSafetensors(bytes, 'the file')).toThrow(FormatError);
    expect(() => readSafetensors(bytes, 'the file')).toThrow(message);
  });

  test('any cut and any changed byte is read or ends in a FormatError', () => {
    const whole = example();
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 3 }),
        (length, changes) => {
          const bytes = whole.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            readSafetensors(bytes.subarray(0, length));
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
