// Sequences of different lengths to one array, filled up or cut, as Keras' pad_sequences.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { sizeOf } from '../core/tensor.ts';
import { type ArrayLikeData, asArray, NdArray } from './nd_array.ts';

export interface PadSequencesOptions {
  /** Steps of the result; default those of the longest sequence. */
  maxlen?: number | null;
  /** Default int32, for ids. */
  dtype?: 'int32' | 'float32';
  /** Where values are filled in: before (default) or after a sequence. */
  padding?: 'pre' | 'post';
  /** Where a sequence is cut: its beginning (default) or its end. */
  truncating?: 'pre' | 'post';
  /** What is filled in; default 0, which embedding's maskZero takes for nothing. */
  value?: number;
}

/**
 * N sequences of steps, each a number or an array of one shape, to an array [N, maxlen, ...].
 * @throws ShapeError when steps have different shapes; DataError for what is no sequence of numbers, or integers that
 * are none; OptionError for an unknown option.
 */
export function padSequences(
  sequences: readonly ArrayLikeData[],
  options: PadSequencesOptions = {},
): NdArray {
  checkOptions('padSequences', options, ['maxlen', 'dtype', 'padding', 'truncating', 'value']);
  const { maxlen = null, dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  expectOne('dtype', dtype, ['int32', 'float32']);
  expectOne('padding', padding, ['pre', 'post']);
  expectOne('truncating', truncating, ['pre', 'post']);
  if (maxlen !== null && !(Number.isSafeInteger(maxlen) && maxlen > 0)) {
    throw new OptionError(`[padSequences/maxlen] must be a positive integer, got ${shown(maxlen)}`);
  }
  if (!Array.isArray(sequences)) {
    throw new DataError(`[padSequences] takes an array of sequences, got ${shown(sequences)}`);
  }
  const arrays = sequences.map((sequence, i) => sequenceOf(sequence, i));
  const step = arrays.find((a) => a.length > 0)?.shape.slice(1) ?? [];
  const other = arrays.findIndex((a) => a.length > 0 && show(a.shape.slice(1)) !== show(step));
  if (other >= 0) {
    throw new ShapeError(
      `[padSequences] steps have the shape ${show(step)}, those of sequence ${other} ${show(arrays[other].shape.slice(1))}`,
    );
  }
  const length = maxlen ?? Math.max(0, ...arrays.map((a) => a.length));
  const width = sizeOf(step);
  const kind = dtype === 'int32' ? Int32Array : Float32Array;
  const data = new kind(arrays.length * length * width).fill(value);
  for (const [i, array] of arrays.entries()) {
    const kept = Math.min(array.length, length);
    const from = truncating === 'pre' ? array.length - kept : 0;
    const to = i * length + (padding === 'pre' ? length - kept : 0);
    for (let k = 0; k < kept * width; k++) {
      const number = array.data[from * width + k];
      if (dtype === 'int32' && !Number.isInteger(number)) {
        throw new DataError(
          `[padSequences] sequence ${i} has ${number}, which is no integer; use dtype: 'float32' for features`,
        );
      }
      data[to * width + k] = number;
    }
  }
  return new NdArray([arrays.length, length, ...step], data);
}

function sequenceOf(sequence: ArrayLikeData, i: number): NdArray {
  const array = asArray(`padSequences/${i}`, sequence);
  if (array.shape.length === 0) {
    throw new DataError(`[padSequences] sequence ${i} is a number; give each sequence as an array`);
  }
  return array;
}

function expectOne(name: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) {
    throw new OptionError(`[padSequences/${name}] must be ${known.join(' or ')}, got ${shown(value)}`);
  }
}
