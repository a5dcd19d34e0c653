// Arrays of numbers with a shape, as users hand them in and get them back; row-major, the batch first.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { sizeOf } from '../core/tensor.ts';

export type Nested = number | boolean | readonly Nested[];
/** What `toArray()` gives. */
export type NestedNumbers = number | NestedNumbers[];
/** What `toArray(rank)` gives. */
export interface NumbersOfRank {
  0: number;
  1: number[];
  2: number[][];
  3: number[][][];
  4: number[][][][];
}
export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/** What is taken for data: nested arrays of numbers, or numbers with a shape. */
export type ArrayLikeData =
  | NdArray
  | Nested
  | Numbers
  | { shape: readonly number[]; data: ArrayLike<number> };

/** Numbers with a shape, row-major. */
export class NdArray {
  readonly shape: readonly number[];
  readonly data: Numbers;

  /** @throws ShapeError when the shape has another number of elements than `data`. */
  constructor(shape: readonly number[], data: ArrayLike<number>) {
    const fits = shape.every((n) => Number.isSafeInteger(n) && n >= 0) && sizeOf(shape) === data.length;
    if (!fits) throw new ShapeError(`${data.length} numbers do not make an array of shape ${show(shape)}`);
    this.shape = [...shape];
    // Plain arrays become doubles, so that `data` has the methods of typed arrays.
    this.data = isTyped(data) ? (data as Numbers) : Float64Array.from(data);
  }

  /** The length of the first axis. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /** Elements of one entry of the first axis. */
  get stride(): number {
    return sizeOf(this.shape.slice(1));
  }

  /** The entries `indices` of the first axis, copied, in that order. */
  take(indices: ArrayLike<number>): NdArray {
    const { stride, data } = this;
    const kind = data.constructor as new (n: number) => Numbers;
    const out = new kind(indices.length * stride);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i] * stride;
      for (let k = 0; k < stride; k++) out[i * stride + k] = data[from + k];
    }
    return new NdArray([indices.length, ...this.shape.slice(1)], out);
  }

  /** The entries from `start` up to, not including, `end` of the first axis, copied. */
  slice(start: number, end = this.length): NdArray {
    const first = Math.min(Math.max(start < 0 ? this.length + start : start, 0), this.length);
    const last = Math.min(Math.max(end < 0 ? this.length + end : end, first), this.length);
    return this.take(Array.from({ length: last - first }, (_, i) => first + i));
  }

  /** The same numbers under another shape. */
  reshape(shape: readonly number[]): NdArray {
    return new NdArray(shape, this.data);
  }

  /** Where the largest number of the last axis stands, the first of equals: [...] of [...,K]. */
  argMax(): NdArray {
    const width = this.shape.at(-1) ?? 1;
    const best = new Int32Array(this.data.length / width);
    for (let row = 0; row < best.length; row++) {
      const from = row * width;
      for (let k = 1; k < width; k++) if (this.data[from + k] > this.data[from + best[row]]) best[row] = k;
    }
    return new NdArray(this.shape.slice(0, -1), best);
  }

  /** Nested arrays of numbers; a number for a scalar. */
  toArray(): NestedNumbers;
  /**
   * The same, of so many axes: `toArray(2)` is a number[][].
   * @throws ShapeError when there are more or fewer.
   */
  toArray<Rank extends keyof NumbersOfRank>(rank: Rank): NumbersOfRank[Rank];
  toArray(rank?: number): NestedNumbers {
    const { data, shape } = this;
    if (rank !== undefined && rank !== shape.length) {
      throw new ShapeError(
        `[toArray] the array ${show(shape)} has ${shape.length} axes, not ${shown(rank)}: toArray(${shape.length})`,
      );
    }
    const part = (axis: number, offset: number): NestedNumbers => {
      if (axis === shape.length) return data[offset];
      const step = sizeOf(shape.slice(axis + 1));
      return Array.from({ length: shape[axis] }, (_, i) => part(axis + 1, offset + i * step));
    };
    return part(0, 0);
  }
}

/**
 * Makes an array of nested numbers, or of flat numbers and a shape.
 * @throws ShapeError for rows of unequal length or a shape that does not fit; DataError for what is no number.
 */
export function ndarray(values: ArrayLikeData, shape?: readonly number[]): NdArray {
  return asArray('ndarray', values, shape);
}

/**
 * Rows of zeros with a one for each label: [...,classes] of labels [...], as Keras' to_categorical.
 * @throws DataError for a label that is no integer from 0 to classes - 1; OptionError for a number of classes that is none.
 */
export function oneHot(labels: ArrayLikeData, classes: number): NdArray {
  if (!(Number.isSafeInteger(classes) && classes > 0)) {
    throw new OptionError(
      `[oneHot] takes labels and the number of classes, oneHot(labels, 10); got ${shown(classes)}`,
    );
  }
  const { shape, data } = asArray('oneHot', labels);
  const out = new Float32Array(data.length * classes);
  for (let i = 0; i < data.length; i++) {
    const label = data[i];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new DataError(`[oneHot] takes labels from 0 to ${classes - 1}, got ${label} at element ${i}`);
    }
    out[i * classes + label] = 1;
  }
  return new NdArray([...shape, classes], out);
}

/** As `ndarray`; `where` names the argument in messages. */
export function asArray(where: string, values: unknown, shape?: readonly number[]): NdArray {
  if (values instanceof NdArray) return shape ? values.reshape(shape) : values;
  if (ArrayBuffer.isView(values) && 'length' in values) {
    const numbers = values as unknown as ArrayLike<number>;
    return named(where, () => new NdArray(shape ?? [numbers.length], numbers));
  }
  if (typeof values === 'object' && values !== null && 'data' in values && 'shape' in values) {
    const { data, shape: own } = values as { data: ArrayLike<number>; shape: readonly number[] };
    return named(where, () => new NdArray(shape ?? own, data));
  }
  if (!Array.isArray(values) && typeof values !== 'number' && typeof values !== 'boolean') {
    throw new DataError(
      `[${where}] takes nested arrays of numbers, a typed array, or { shape, data }, got ${shown(values)}`,
    );
  }
  const found = shapeOf(values);
  const data = new Float64Array(sizeOf(found));
  fill(where, values, found, 0, data, 0);
  const array = new NdArray(found, data);
  return shape ? named(where, () => array.reshape(shape)) : array;
}

/** The shape along the first entries; `fill` checks the others. */
function shapeOf(values: unknown): number[] {
  const shape: number[] = [];
  for (let at = values; Array.isArray(at) || isTyped(at); at = (at as ArrayLike<unknown>)[0]) {
    shape.push((at as ArrayLike<unknown>).length);
    if ((at as ArrayLike<unknown>).length === 0) break;
  }
  return shape;
}

function fill(
  where: string,
  values: unknown,
  shape: readonly number[],
  axis: number,
  out: Float64Array,
  offset: number,
): number {
  if (axis === shape.length) {
    if (typeof values === 'number' || typeof values === 'boolean') {
      out[offset] = Number(values);
      return offset + 1;
    }
    if (Array.isArray(values) || isTyped(values)) throw uneven(where, shape, axis);
    throw new DataError(`[${where}] takes numbers, got ${shown(values)} at ${placeOf(shape, offset)}`);
  }
  if (!(Array.isArray(values) || isTyped(values)) || (values as ArrayLike<unknown>).length !== shape[axis]) {
    throw uneven(where, shape, axis);
  }
  let at = offset;
  for (let i = 0; i < shape[axis]; i++) {
    at = fill(where, (values as ArrayLike<unknown>)[i], shape, axis + 1, out, at);
  }
  return at;
}

/** The indices of an element, as `[2][0]`. */
function placeOf(shape: readonly number[], element: number): string {
  return shape.map((n, axis) => `[${Math.floor(element / sizeOf(shape.slice(axis + 1))) % n}]`).join('');
}

function uneven(where: string, shape: readonly number[], axis: number): ShapeError {
  return new ShapeError(
    `[${where}] has rows of unequal length: the first entries make ${show(shape)}, another one differs on axis` +
      ` ${axis}; bring sequences to one length with padSequences()`,
  );
}

function isTyped(value: unknown): boolean {
  return ArrayBuffer.isView(value) && 'length' in value;
}

function named<R>(where: string, make: () => R): R {
  try {
    return make();
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`[${where}] ${error.message}`);
    throw error;
  }
}
