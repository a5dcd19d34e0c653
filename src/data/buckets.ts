// Sequences of unequal length in batches of like length, so that little is padded and few shapes are trained.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { random } from '../core/random.ts';
import { type ArrayDataset, type BatchOptions, expectBatchOptions } from './datasets.ts';
import { type ArrayLikeData, asArray, NdArray } from './nd_array.ts';
import { expectFlag, shuffle as mixed, ordered } from './order.ts';

export interface BucketOptions extends BatchOptions {
  /** Rising lengths: a bucket for the sequences up to each; default: powers of two up to the longest sequence. */
  boundaries?: readonly number[];
  /** Whether y has a target for each step of its sequence; default false: one for each sequence. */
  targetsPerStep?: boolean;
  /** What stands behind the end of a sequence in x; default 0. */
  padValue?: number;
  /** What stands behind the end of a sequence in y, where it has a target for each step; default 0. */
  padTarget?: number;
}

export interface BucketBatch {
  /** [N,T] or [N,T,D], T the length of the bucket. */
  readonly x: NdArray;
  /** [N,...] of a target each, or [N,T,...] of a target for each step. */
  readonly y: NdArray;
  /** [N]: the steps of each sequence, which mask the rest. */
  readonly lengths: NdArray;
}

export interface Sequences {
  /** Sequences [T] of ids or [T,D] of features, each of its own length. */
  x: readonly ArrayLikeData[];
  /** A target for each sequence, or one for each of its steps. */
  y: readonly ArrayLikeData[];
}

/**
 * Batches { x, y, lengths } of sequences of like length, padded behind to the length of their bucket, as are targets for
 * each step.
 * @throws DataError for sequences without a step or beyond the last boundary; ShapeError for steps of unequal size.
 */
export function bucketByLength(sequences: Sequences, options: BucketOptions = {}): ArrayDataset<BucketBatch> {
  const where = 'bucketByLength';
  checkOptions(where, options, [
    'batchSize',
    'shuffle',
    'seed',
    'boundaries',
    'targetsPerStep',
    'padValue',
    'padTarget',
  ]);
  checkOptions(where, sequences, ['x', 'y']);
  const { batchSize, shuffle, seed } = expectBatchOptions(where, options);
  const { targetsPerStep = false, padValue = 0, padTarget = 0 } = options;
  expectFlag(`${where}/targetsPerStep`, targetsPerStep);
  const x = listOf(`${where}/x`, sequences.x);
  const y = listOf(`${where}/y`, sequences.y);
  if (x.length !== y.length || x.length === 0) {
    throw new ShapeError(`[${where}] x has ${x.length} sequences, y ${y.length} targets`);
  }
  expectSequences(`${where}/x`, x);
  if (targetsPerStep) expectSteps(`${where}/y`, x, y);
  else expectSame(`${where}/y`, y);
  const longest = x.reduce((most, one) => Math.max(most, one.length), 0);
  const boundaries = options.boundaries ?? powersUpTo(longest);
  expectBoundaries(`${where}/boundaries`, boundaries, longest);
  const buckets = boundaries.map((length, k) => {
    const shortest = k === 0 ? 0 : boundaries[k - 1];
    const members = x.flatMap((one, i) => (one.length > shortest && one.length <= length ? [i] : []));
    return { length, members };
  });
  const batchesOf = (members: readonly number[]) => Math.ceil(members.length / batchSize);
  let passes = 0;
  return {
    size: x.length,
    batches: buckets.reduce((sum, { members }) => sum + batchesOf(members), 0),
    *[Symbol.iterator]() {
      const next = random(seed, `pass ${passes++}`);
      const batches = buckets.flatMap(({ length, members }) => {
        const order = shuffle ? mixed([...members], next) : members;
        return ordered(batchesOf(members)).map((b) => ({
          length,
          indices: order.slice(b * batchSize, (b + 1) * batchSize),
        }));
      });
      for (const { length, indices } of shuffle ? mixed(batches, next) : batches) {
        yield {
          x: padded(x, indices, length, padValue),
          y: targetsPerStep ? padded(y, indices, length, padTarget) : stacked(y, indices),
          lengths: new NdArray(
            [indices.length],
            Uint32Array.from(indices, (i) => x[i].length),
          ),
        };
      }
    },
  };
}

function listOf(where: string, values: unknown): NdArray[] {
  if (Array.isArray(values)) return values.map((one, i) => asArray(`${where}/${i}`, one));
  throw new OptionError(`[${where}] takes a list with an entry for each sequence, got ${shown(values)}`);
}

/** 1, 2, 4, ... and the length itself. */
function powersUpTo(length: number): number[] {
  const powers = [];
  for (let power = 1; power < length; power *= 2) powers.push(power);
  return [...powers, length];
}

function expectBoundaries(where: string, boundaries: readonly number[], longest: number): void {
  const odd = boundaries.findIndex(
    (n, k) => !Number.isSafeInteger(n) || n <= (k === 0 ? 0 : boundaries[k - 1]),
  );
  if (odd >= 0)
    throw new OptionError(`[${where}] must be integers that rise from 1 on, got ${boundaries.join(', ')}`);
  if (boundaries.length > 0 && boundaries[boundaries.length - 1] >= longest) return;
  throw new DataError(
    `[${where}] end at ${boundaries.at(-1) ?? 'none'}, but a sequence has ${longest} steps`,
  );
}

/** @throws DataError for a sequence without a step; ShapeError where the steps of two have not the same shape. */
function expectSequences(where: string, list: readonly NdArray[]): void {
  const [first] = list;
  list.forEach(({ shape, length }, i) => {
    if (shape.length === 0 || length === 0) throw new DataError(`[${where}] sequence ${i} has no step`);
    if (same(shape.slice(1), first.shape.slice(1))) return;
    throw new ShapeError(
      `[${where}] sequence ${i} is ${show(shape)} and sequence 0 ${show(first.shape)}: beside their length they must agree`,
    );
  });
}

function expectSteps(where: string, x: readonly NdArray[], y: readonly NdArray[]): void {
  y.forEach(({ shape, length }, i) => {
    if (shape.length > 0 && length === x[i].length) return;
    throw new ShapeError(
      `[${where}] target ${i} is ${show(shape)}, but its sequence has ${x[i].length} steps`,
    );
  });
  expectSequences(where, y);
}

function expectSame(where: string, y: readonly NdArray[]): void {
  const odd = y.findIndex(({ shape }) => !same(shape, y[0].shape));
  if (odd < 0) return;
  throw new ShapeError(
    `[${where}] target ${odd} is ${show(y[odd].shape)} and target 0 ${show(y[0].shape)}; for a target for each step give` +
      ' targetsPerStep: true',
  );
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** [N,T,...] of sequences [t,...], t <= T. */
function padded(list: readonly NdArray[], indices: readonly number[], T: number, value: number): NdArray {
  const { stride, shape } = list[indices[0]];
  const out = numbersLike(list[indices[0]].data, indices.length * T * stride).fill(value);
  indices.forEach((i, n) => {
    out.set(list[i].data, n * T * stride);
  });
  return new NdArray([indices.length, T, ...shape.slice(1)], out);
}

/** [N,...] of targets [...]. */
function stacked(list: readonly NdArray[], indices: readonly number[]): NdArray {
  const { shape, data } = list[indices[0]];
  const out = numbersLike(data, indices.length * data.length);
  indices.forEach((i, n) => {
    out.set(list[i].data, n * data.length);
  });
  return new NdArray([indices.length, ...shape], out);
}

function numbersLike(data: ArrayLike<number>, length: number): Float32Array | Float64Array {
  return data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}
