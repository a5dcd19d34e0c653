// Samples out of what users hand in: one call's arrays, validation data, or the batches of a dataset.
import { DataError, OptionError } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { NdArray } from '../data/nd_array.ts';
import type { InputSpec } from '../layers/symbolic.ts';
import { isLossFunction } from '../training/losses/loss.ts';
import { checkTargets } from './batches.ts';
import type { OutputSpec } from './loops.ts';
import { arraysOf, checkInputs, expectSameLength, masksOf, type Samples } from './model_data.ts';
import { isJudged, type Objective } from './model_plan.ts';
import { rowWeights } from './row_weights.ts';

/** A batch of a dataset: an object, or [x, y] or [x, y, sampleWeight]. */
export type DatasetBatch =
  | { x: unknown; y?: unknown; sampleWeight?: unknown; mask?: unknown; lengths?: unknown }
  | readonly [x: unknown, y: unknown, sampleWeight?: unknown];

/** Batches, read as they are needed; each pass asks for a new iterator. */
export type Dataset = Iterable<DatasetBatch> | AsyncIterable<DatasetBatch>;

export interface SamplesOptions {
  readonly sampleWeight?: unknown;
  readonly classWeight?: unknown;
  readonly mask?: unknown;
  readonly lengths?: unknown;
}

/** The shape of data that a model has. */
export interface DataSpec {
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly OutputSpec[];
  readonly objectives: readonly Objective[];
  /** For each input of ids: all must be below it. */
  readonly idLimits: readonly (number | undefined)[];
}

/**
 * Checks data against a model and brings it into arrays; `y` undefined is for prediction.
 * @throws ShapeError, DataError, OptionError naming the argument, before anything runs.
 */
export function samplesOf(
  where: string,
  spec: DataSpec,
  data: { x: unknown; y: unknown },
  options: SamplesOptions,
): Samples {
  const { inputs, outputs, objectives } = spec;
  const names = inputs.map(({ name }) => name);
  const x = checkInputs(`${where}/x`, inputs, arraysOf(`${where}/x`, data.x, names), spec.idLimits);
  const masks = masksOf(where, options, x, inputs);
  const lengths: [string, NdArray][] = x.map((array, i) => [names.length === 1 ? 'x' : names[i], array]);
  if (data.y === undefined) {
    expectSameLength(where, lengths);
    return { x, ...(masks && { masks }) };
  }
  const judged = outputs.filter((_, i) => isJudged(objectives[i]));
  const given = arraysOf(`${where}/y`, data.y, judged.length > 0 ? judged.map(({ name }) => name) : ['y']);
  const targets = given.map((array, i): [string, NdArray] => [
    outputs.length === 1 ? 'y' : `y of ${judged[i]?.name ?? 'nothing'}`,
    array,
  ]);
  const n = expectSameLength(where, [...lengths, ...targets]);
  // An output that nothing judges has no target, and takes an empty place.
  const y = outputs.map((_, i) => given[judged.indexOf(outputs[i])] ?? new NdArray([n, 0], []));
  const judgedShapes = outputs.map(({ name, shape, followsInput, classes }) => {
    const time = followsInput === undefined ? shape[1] : x[followsInput].shape[1];
    return { name, classes, shape: shape.length < 2 ? shape : [shape[0], time, ...shape.slice(2)] };
  });
  const checked = checkTargets(`${where}/y`, y, judgedShapes, objectives);
  const weights = rowWeights(
    where,
    options,
    checked,
    outputs.map(({ name, rowAxes }, i) => {
      const { loss } = objectives[i];
      const wholeSequences = isLossFunction(loss) && loss.wholeSequences === true;
      return { name, rowAxes, wholeSequences, judged: isJudged(objectives[i]) };
    }),
  );
  return {
    x,
    y: checked,
    ...(weights.some((one) => one) && { weights }),
    ...(masks && { masks }),
  };
}

/** The samples of each batch of a dataset, checked one by one. */
export async function* batchesOf(where: string, spec: DataSpec, dataset: Dataset): AsyncGenerator<Samples> {
  for await (const batch of dataset) {
    const { x, y, ...rest } = partsOf(where, batch);
    if (y === undefined) throw new DataError(`[${where}] a batch of the dataset has no y`);
    yield samplesOf(where, spec, { x, y }, rest);
  }
}

/** The parts of a batch, or of validation data. */
export function partsOf(where: string, batch: unknown): { x: unknown; y?: unknown } & SamplesOptions {
  if (Array.isArray(batch) && (batch.length === 2 || batch.length === 3)) {
    const [x, y, sampleWeight] = batch as unknown[];
    return { x, y, ...(sampleWeight !== undefined && { sampleWeight }) };
  }
  if (typeof batch === 'object' && batch !== null && 'x' in batch) {
    const { x, y, xs, ys, ...rest } = batch as Record<string, unknown>;
    const stranger = Object.keys(rest).find((key) => !['sampleWeight', 'mask', 'lengths'].includes(key));
    if (stranger === undefined) return { x, y, ...rest };
    throw new OptionError(`[${where}] knows x, y, sampleWeight, mask and lengths, and no ${stranger}`);
  }
  // tfjs spells the batches of its datasets so.
  if (typeof batch === 'object' && batch !== null && 'xs' in batch) {
    const { xs, ys } = batch as { xs: unknown; ys?: unknown };
    return { x: xs, y: ys };
  }
  throw new OptionError(`[${where}] takes { x, y } or [x, y], got ${kindOf(batch)}`);
}

/** What was given for a batch, and the way out where it can be guessed. */
function kindOf(batch: unknown): string {
  if (Array.isArray(batch)) {
    const many = batch.length > 3 ? '; arrays of samples go to fit(x, y)' : '';
    return `an array of ${batch.length}${many}`;
  }
  if (typeof batch === 'number' && batch > 0 && batch < 1) return `${batch}; validationSplit takes a part`;
  const keys = typeof batch === 'object' ? Object.keys(batch ?? {}).join(', ') : '';
  return keys ? `an object with ${keys}` : shown(batch);
}

/** Something that yields batches, or a function that gives it. */
export type DatasetSource = Dataset | (() => Dataset);

export function isDataset(value: unknown): value is DatasetSource {
  if (typeof value === 'function') return true;
  const any = value as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null;
  if (typeof any !== 'object' || any === null || Array.isArray(any)) return false;
  return typeof any[Symbol.iterator] === 'function' || typeof any[Symbol.asyncIterator] === 'function';
}

/**
 * Opens a dataset anew each time it is called.
 * @throws OptionError for what cannot be gone through, or only once.
 */
export function opener(where: string, source: unknown): () => Dataset {
  if (!isDataset(source) && !Array.isArray(source)) {
    throw new OptionError(
      `[${where}] takes a dataset, something that yields { x, y } batches, or a function that gives one,` +
        ` got ${shown(source)}`,
    );
  }
  let opened: Dataset | undefined;
  return () => {
    const dataset = typeof source === 'function' ? source() : (source as Dataset);
    // A generator is its own iterator and empty the second time.
    if (dataset === opened && isSpentOnce(dataset)) {
      throw new OptionError(
        `[${where}] a generator can be gone through only once: hand in the function that makes it, () => batches()`,
      );
    }
    opened = dataset;
    return dataset;
  };
}

function isSpentOnce(dataset: Dataset): boolean {
  if (Symbol.iterator in dataset) return (dataset[Symbol.iterator]() as unknown) === dataset;
  return (dataset[Symbol.asyncIterator]() as unknown) === dataset;
}

/** The first batch of a dataset, which tells the shape of the data. */
export async function firstOf(where: string, dataset: Dataset): Promise<{ x: unknown }> {
  for await (const batch of dataset) return partsOf(where, batch);
  throw new DataError(`[${where}] the dataset gave no batch`);
}
