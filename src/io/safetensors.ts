// Reads and writes the safetensors format: u64 header length, a JSON header, raw little-endian data.
// Format: https://github.com/huggingface/safetensors (README, "Format").
import { FormatError } from '../core/errors.ts';

export type TensorData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array;

export interface StoredTensor {
  dtype: string;
  shape: readonly number[];
  /** Row-major; half-precision floats (F16, BF16) are widened to f32. */
  data: TensorData;
}

export interface SafetensorsFile {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
}

const WIDTH: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** A header larger than this is not one: the format's own limit. */
const MAX_HEADER = 100_000_000;
/** `{`, with which the format has every header begin. */
const BRACE = 0x7b;

/**
 * Reads a whole file.
 * @throws FormatError that names `source` when it is cut short or not such a file.
 */
export function readSafetensors(bytes: Uint8Array, source = 'file'): SafetensorsFile {
  const fail: (why: string) => never = (why) => {
    throw new FormatError(`${source} is not a whole safetensors file: ${why}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are less than a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || (bytes.length > 8 && bytes[8] !== BRACE)) {
    fail('it begins as another kind of file does');
  }
  if (8 + headerLength > bytes.length) {
    fail(`its header of ${headerLength} bytes is longer than the file`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), fail);
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) fail(`the entry ${name} of its header is no object`);
    if (name === '__metadata__') {
      metadata = Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, String(value)]));
      continue;
    }
    const { dtype, shape, data_offsets: range } = entry;
    if (!isCounts(shape) || !isCounts(range) || range.length !== 2) {
      fail(`tensor ${name} has no shape or place`);
    }
    if (typeof dtype !== 'string' || !Object.hasOwn(WIDTH, dtype)) {
      fail(`tensor ${name} has the unknown dtype ${JSON.stringify(dtype)}`);
    }
    const width = WIDTH[dtype];
    const count = shape.reduce((product, n) => product * n, 1);
    const [start, end] = range;
    if (end - start !== count * width || 8 + headerLength + end > bytes.length) {
      fail(`tensor ${name} [${shape.join(', ')}] does not lie within it`);
    }
    tensors.set(name, { dtype, shape, data: decode(dtype, bytes, 8 + headerLength + start, count * width) });
  }
  return { tensors, metadata };
}

/** Writes tensors (F32, F64, U32, I32 by the kind of array) and text metadata. */
export function writeSafetensors(
  tensors: ReadonlyMap<
    string,
    { shape: readonly number[]; data: Float32Array | Float64Array | Uint32Array | Int32Array }
  >,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  // Without a prototype, so that a tensor may be called `__proto__` too.
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  let text = JSON.stringify(header);
  const encoder = new TextEncoder();
  // The data starts at a multiple of eight bytes.
  text += ' '.repeat((8 - (encoder.encode(text).length % 8)) % 8);
  const head = encoder.encode(text);
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array, fail: (why: string) => never): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isRecord(header)) return header;
  } catch {
    // Reported below, in the words of the format.
  }
  return fail('its header is not JSON');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function dtypeOf(data: Float32Array | Float64Array | Uint32Array | Int32Array): string {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  return data instanceof Uint32Array ? 'U32' : 'I32';
}

function decode(dtype: string, bytes: Uint8Array, start: number, length: number): TensorData {
  // A copy of its own, because typed arrays want aligned starts; Node's Buffer.slice would only be a view.
  const { buffer } = Uint8Array.from(bytes.subarray(start, start + length));
  switch (dtype) {
    case 'F64':
      return new Float64Array(buffer);
    case 'F32':
      return new Float32Array(buffer);
    case 'I64':
      return new BigInt64Array(buffer);
    case 'I32':
      return new Int32Array(buffer);
    case 'U32':
      return new Uint32Array(buffer);
    case 'I16':
      return new Int16Array(buffer);
    case 'U16':
      return new Uint16Array(buffer);
    case 'I8':
      return new Int8Array(buffer);
    case 'F16':
      return Float32Array.from(new Uint16Array(buffer), halfToFloat);
    case 'BF16':
      return bfloatToFloat(new Uint16Array(buffer));
    default:
      return new Uint8Array(buffer);
  }
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloatToFloat(bits: Uint16Array): Float32Array {
  const words = Uint32Array.from(bits, (b) => b << 16);
  return new Float32Array(words.buffer);
}
