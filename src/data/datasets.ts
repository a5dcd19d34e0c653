// Datasets: batches that are made when they are asked for, in another order in each pass where that is wanted.
import { OptionError, ShapeError } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type ArrayLikeData, asArray, type NdArray } from './nd_array.ts';
import { expectCount, expectFlag, ordered } from './order.ts';

export interface BatchOptions {
  /** Samples of a batch; the last one of a pass may be smaller. Default 32. */
  batchSize?: number | undefined;
  /** Another order in each pass; default true. */
  shuffle?: boolean | undefined;
  /** Decides the orders; default 0. */
  seed?: number | undefined;
}

/** Batches that can be gone through again and again: what `fitDataset` and `evaluateDataset` take. */
export interface ArrayDataset<B> {
  /** Samples of a pass. */
  readonly size: number;
  /** Batches of a pass. */
  readonly batches: number;
  [Symbol.iterator](): Iterator<B>;
}

export type SettledBatches = { batchSize: number; shuffle: boolean; seed: number };

/** @throws OptionError for values out of range. */
export function expectBatchOptions(where: string, options: BatchOptions): SettledBatches {
  const { batchSize = 32, shuffle = true, seed = 0 } = options;
  expectCount(`${where}/batchSize`, batchSize);
  expectFlag(`${where}/shuffle`, shuffle);
  return { batchSize, shuffle, seed };
}

/** Goes through `size` samples in batches that `take` makes of their positions. */
export function batchOrder<B>(
  size: number,
  { batchSize, shuffle, seed }: SettledBatches,
  take: (indices: number[]) => B,
): ArrayDataset<B> {
  let passes = 0;
  return {
    size,
    batches: Math.ceil(size / batchSize),
    *[Symbol.iterator]() {
      // The order of a pass depends on its number and the seed alone.
      const order = ordered(size, shuffle ? { seed, stream: `pass ${passes++}` } : undefined);
      for (let from = 0; from < size; from += batchSize) yield take(order.slice(from, from + batchSize));
    },
  };
}

/** Arrays by name, the same samples along the first axis of each. */
export interface ArrayTable {
  x: ArrayLikeData | Readonly<Record<string, ArrayLikeData>>;
  y?: ArrayLikeData | Readonly<Record<string, ArrayLikeData>>;
  sampleWeight?: ArrayLikeData;
  mask?: ArrayLikeData;
  lengths?: ArrayLikeData;
}

/** A batch of arrays, or of tables of arrays by the names of inputs or outputs. */
export type ArrayBatch = { x: NdArray | Record<string, NdArray> } & {
  [part in Exclude<keyof ArrayTable, 'x'>]?: NdArray | Record<string, NdArray>;
};

/**
 * Batches of arrays of equal length: { x, y, ... } with as many samples in each.
 * @throws ShapeError for arrays of unequal length; OptionError for unknown names.
 */
export function datasetFromArrays(arrays: ArrayTable, options: BatchOptions = {}): ArrayDataset<ArrayBatch> {
  const where = 'datasetFromArrays';
  checkOptions(where, options, ['batchSize', 'shuffle', 'seed']);
  checkOptions(where, arrays, ['x', 'y', 'sampleWeight', 'mask', 'lengths']);
  const settled = expectBatchOptions(where, options);
  if (arrays.x === undefined) throw new OptionError(`[${where}] takes { x, y }, got no x`);
  const parts = Object.entries(arrays)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, of: partOf(`${where}/${name}`, value) }));
  const all = parts.flatMap(({ name, of }) =>
    of instanceof Map
      ? [...of].map(([key, array]) => ({ name: `${name}.${key}`, array }))
      : [{ name, array: of }],
  );
  const [first] = all;
  for (const { name, array } of all) {
    if (array.length === first.array.length) continue;
    throw new ShapeError(
      `[${where}] ${first.name} has ${first.array.length} samples, but ${name} has ${array.length}; the first axis counts samples`,
    );
  }
  return batchOrder(first.array.length, settled, (indices) => {
    const taken = parts.map(({ name, of }) => [
      name,
      of instanceof Map
        ? Object.fromEntries([...of].map(([key, array]) => [key, array.take(indices)]))
        : of.take(indices),
    ]);
    return Object.fromEntries(taken) as ArrayBatch;
  });
}

/** One array, or one for each name. */
function partOf(where: string, value: unknown): NdArray | Map<string, NdArray> {
  const isTable =
    typeof value === 'object' &&
    value !== null &&
    Object.getPrototypeOf(value) === Object.prototype &&
    !('data' in value && 'shape' in value);
  if (!isTable) return asArray(where, value);
  const entries = Object.entries(value as object);
  if (entries.length === 0)
    throw new OptionError(`[${where}] takes an array or a table of arrays, got ${shown(value)}`);
  return new Map(entries.map(([key, one]) => [key, asArray(`${where}/${key}`, one)]));
}
