// Data as users hand it to a model: brought into arrays, checked against the model before anything runs, cut into batches.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { asArray, NdArray } from '../data/nd_array.ts';
import type { InputSpec } from '../layers/symbolic.ts';

/** One array for a model with one input, else an array or an object (by name) of arrays. */
export type ModelData = unknown;

/** Data of equal length: one array for each input and each output. */
export interface Samples {
  readonly x: readonly NdArray[];
  readonly y?: readonly NdArray[];
  /** One for each output: [N], [N,T], or of more axes of its rows; undefined where every row counts alike. */
  readonly weights?: readonly (NdArray | undefined)[];
  /** One for each input: [N,T], which of its steps count; undefined where all do. */
  readonly masks?: readonly (NdArray | undefined)[];
}

/**
 * The arrays of `names`, of data that a user gave.
 * @throws OptionError when one is missing.
 */
export function arraysOf(where: string, data: ModelData, names: readonly string[]): NdArray[] {
  if (names.length === 1 && !(isByName(data) && names[0] in data)) {
    // Keras takes a list of one array as well.
    return [asArray(where, data)];
  }
  if (Array.isArray(data)) {
    if (data.length !== names.length) {
      throw new OptionError(
        `[${where}] takes ${names.length} arrays (${names.join(', ')}), got ${data.length}`,
      );
    }
    return data.map((one, i) => asArray(`${where}/${names[i]}`, one));
  }
  if (typeof data !== 'object' || data === null) {
    throw new OptionError(`[${where}] takes an array for each of ${names.join(', ')}, got ${shown(data)}`);
  }
  const table = data as Record<string, unknown>;
  const stranger = Object.keys(table).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new OptionError(`[${where}] knows no ${stranger}; it takes ${names.join(', ')}`);
  }
  return names.map((name) => {
    if (table[name] === undefined) throw new OptionError(`[${where}] lacks ${name}`);
    return asArray(`${where}/${name}`, table[name]);
  });
}

/** Whether data come as an object by name, and not as numbers with a shape. */
export function isByName(data: unknown): data is Record<string, unknown> {
  return (
    typeof data === 'object' &&
    data !== null &&
    !Array.isArray(data) &&
    !ArrayBuffer.isView(data) &&
    !('data' in data && 'shape' in data)
  );
}

/**
 * Checks arrays against the model's inputs: rank, shape, ids that are integers, no NaN.
 * A feature axis of 1 may be left out.
 */
export function checkInputs(
  where: string,
  specs: readonly InputSpec[],
  arrays: readonly NdArray[],
  idLimits: readonly (number | undefined)[],
): NdArray[] {
  return arrays.map((array, i) => {
    const spec = specs[i];
    const label = specs.length === 1 ? where : `${where}/${spec.name}`;
    const fitted =
      spec.shape.at(-1) === 1 && array.shape.length === spec.shape.length ? withLastOne(array) : array;
    expectFit(label, ['N', ...spec.shape], fitted.shape);
    checkNumbers(label, fitted, spec.dtype === 'int32', idLimits[i]);
    return fitted;
  });
}

export function withLastOne(array: NdArray): NdArray {
  return array.reshape([...array.shape, 1]);
}

/** @throws ShapeError unless `shape` fits what is expected; null and letters fit any length. */
export function expectFit(
  where: string,
  expected: readonly (number | string | null)[],
  shape: readonly number[],
): void {
  const fits =
    expected.length === shape.length &&
    expected.every((n, i) => (typeof n === 'number' ? n === shape[i] : shape[i] > 0));
  if (fits) return;
  const wanted = `[${expected.map((n) => n ?? 'any').join(', ')}]`;
  const hint =
    expected.length === shape.length + 1
      ? '; one sample needs a batch of its own: [sample], and one feature an axis: [[v], ...]'
      : '';
  throw new ShapeError(`[${where}] expected ${wanted}, got ${show(shape)}${hint}`);
}

/** @throws DataError for NaN, infinities, and ids that are no integers from 0 on, below `limit`. */
export function checkNumbers(where: string, { data, shape }: NdArray, ids: boolean, limit = 2 ** 32): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    const fine = ids ? Number.isInteger(value) && value >= 0 && value < limit : Number.isFinite(value);
    if (fine) continue;
    const range = limit < 2 ** 32 ? `from 0 to ${limit - 1}` : 'from 0 on';
    const wanted = ids ? `ids, which are integers ${range}` : 'finite numbers';
    throw new DataError(`[${where}] takes ${wanted}, got ${value} at ${show(position(i, shape))}`);
  }
}

function position(index: number, shape: readonly number[]): number[] {
  const at: number[] = [];
  let rest = index;
  for (const n of [...shape].reverse()) {
    at.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return at;
}

/** @throws ShapeError unless all arrays have as many samples as the first. */
export function expectSameLength(where: string, named: readonly (readonly [string, NdArray])[]): number {
  const [[firstName, first], ...others] = named;
  for (const [name, { length, shape }] of others) {
    if (length === first.length) continue;
    throw new ShapeError(
      `[${where}] ${firstName} has ${first.length} samples ${show(first.shape)}, but ${name} has ${length}` +
        ` ${show(shape)}; the first axis counts samples`,
    );
  }
  if (first.length === 0) throw new DataError(`[${where}] ${firstName} has no samples`);
  return first.length;
}

/**
 * The masks [N,T] of the inputs that the user gave, or that follow from the lengths of the sequences: for the only input
 * with a time axis, or by the names of inputs.
 * @throws ShapeError for a mask of the wrong length; DataError for lengths outside 0..T.
 */
export function masksOf(
  where: string,
  options: { mask?: unknown; lengths?: unknown },
  x: readonly NdArray[],
  specs: readonly InputSpec[],
): (NdArray | undefined)[] | undefined {
  const { mask, lengths } = options;
  if (mask === undefined && lengths === undefined) return undefined;
  if (mask !== undefined && lengths !== undefined) {
    throw new OptionError(`[${where}] takes a mask or lengths, not both`);
  }
  const kind = mask === undefined ? 'lengths' : 'mask';
  const sequences = specs.flatMap((spec, i) => (hasTime(spec) ? [i] : []));
  const names = sequences.map((i) => specs[i].name);
  if (names.length === 0) {
    throw new OptionError(`[${where}] takes a mask only where an input has a time axis [N, T, ...]`);
  }
  const given = mask ?? lengths;
  const table = isByName(given) ? given : undefined;
  if (!table && names.length > 1) {
    throw new OptionError(
      `[${where}/${kind}] the model has several inputs with a time axis: say which, { ${names[0]}: ... }`,
    );
  }
  const stranger = Object.keys(table ?? {}).find((name) => !names.includes(name));
  if (stranger !== undefined) {
    throw new OptionError(`[${where}/${kind}] knows no input ${stranger}; there are ${names.join(', ')}`);
  }
  return specs.map((spec, i) => {
    const own = table ? table[spec.name] : sequences.includes(i) ? given : undefined;
    if (own === undefined) return undefined;
    const label = table ? `${where}/${kind}/${spec.name}` : `${where}/${kind}`;
    return mask === undefined ? maskOfLengths(label, own, x[i]) : checkedMask(label, own, x[i]);
  });
}

function checkedMask(label: string, mask: unknown, { shape: [N, T] }: NdArray): NdArray {
  const given = asArray(label, mask);
  if (given.shape.length !== 2 || given.shape[0] !== N || given.shape[1] !== T) {
    throw new ShapeError(`[${label}] expected ${show([N, T])} = [N, T], got ${show(given.shape)}`);
  }
  const odd = Array.from(given.data).find((v) => v !== 0 && v !== 1);
  if (odd !== undefined) throw new DataError(`[${label}] takes 0 and 1 (or false and true), got ${odd}`);
  return given;
}

function maskOfLengths(label: string, lengths: unknown, { shape: [N, T] }: NdArray): NdArray {
  const counts = asArray(label, lengths);
  if (counts.shape.length !== 1 || counts.shape[0] !== N) {
    throw new ShapeError(`[${label}] expected ${show([N])} = [N], got ${show(counts.shape)}`);
  }
  const values = new Uint32Array(N * T);
  for (let n = 0; n < N; n++) {
    const length = counts.data[n];
    if (!Number.isInteger(length) || length < 0 || length > T) {
      throw new DataError(`[${label}] takes integers from 0 to ${T}, got ${length} for sample ${n}`);
    }
    values.fill(1, n * T, n * T + length);
  }
  return new NdArray([N, T], values);
}

/** Whether an input is a sequence: [T,D] features or [T] ids. */
export function hasTime(spec: InputSpec): boolean {
  return spec.shape.length >= 2 || (spec.dtype === 'int32' && spec.shape.length === 1);
}

/** Some of the samples, in that order. */
export function takeSamples(samples: Samples, indices: ArrayLike<number>): Samples {
  const { x, y, weights, masks } = samples;
  return {
    x: x.map((one) => one.take(indices)),
    ...(y && { y: y.map((one) => one.take(indices)) }),
    ...(weights && { weights: weights.map((one) => one?.take(indices)) }),
    ...(masks && { masks: masks.map((one) => one?.take(indices)) }),
  };
}
