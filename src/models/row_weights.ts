// What each row counts: sample weights and weights of classes, as users give them, brought to one array an output.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { asArray, NdArray } from '../data/nd_array.ts';
import { checkNumbers, isByName } from './model_data.ts';

/** What weights need to know of an output. */
export interface WeighedOutput {
  readonly name: string;
  /** How many of its axes its rows have. */
  readonly rowAxes: number;
  /** Whether its loss takes a whole sequence as one row. */
  readonly wholeSequences: boolean;
  /** Whether a loss or metric looks at it; weights of what nothing judges count for nothing. */
  readonly judged: boolean;
}

/**
 * Weights of rows, one array for each output, from what a user gave: sample weights, and weights of classes.
 * Weights are of samples [N], of steps [N,T], or of whatever axes the rows of an output have; where the loss takes a whole
 * sequence as one row there is one weight a sample.
 * @throws ShapeError for weights of another shape; DataError for negative ones or labels without a weight.
 */
export function rowWeights(
  where: string,
  options: { sampleWeight?: unknown; classWeight?: unknown },
  y: readonly NdArray[],
  outputs: readonly WeighedOutput[],
): (NdArray | undefined)[] {
  const { sampleWeight, classWeight } = options;
  const names = outputs.map(({ name }) => name);
  const given =
    sampleWeight === undefined ? names.map(() => undefined) : weightArrays(where, sampleWeight, names);
  if (classWeight !== undefined && names.length > 1) {
    throw new OptionError(`[${where}/classWeight] needs a model with one output; take sampleWeight instead`);
  }
  return given.map((weights, i) => {
    const output = outputs[i];
    if (classWeight !== undefined && output.wholeSequences) {
      throw new OptionError(
        `[${where}/classWeight] weighs labels, but the loss of ${output.name} takes a whole sequence as one row; take` +
          ' sampleWeight [N]',
      );
    }
    if (!output.judged) return undefined;
    const fitted = weights && ofRows(`${where}/sampleWeight`, weights, y[i], output);
    return classWeight === undefined ? fitted : weighClasses(where, classWeight, y[i], output, fitted);
  });
}

/** Weights without axes of 1 at their end, for some of the leading axes of the rows. */
function ofRows(
  label: string,
  weights: NdArray,
  y: NdArray,
  { name, rowAxes, wholeSequences }: WeighedOutput,
): NdArray {
  const rows = y.shape.slice(0, wholeSequences ? 1 : rowAxes);
  let { shape } = weights;
  const fits = () => shape.length <= rows.length && shape.every((n, axis) => n === rows[axis]);
  while (!fits() && shape.length > 1 && shape.at(-1) === 1) shape = shape.slice(0, -1);
  if (!fits() || shape.length === 0) {
    const wanted = rows.map((_, axis) => show(rows.slice(0, axis + 1)));
    const letters = ['[N]', '[N, T]', '[N, T, A]'].slice(0, rows.length);
    const why = wholeSequences
      ? `: the loss of ${name} takes a whole sequence as one row`
      : `: ${name} has targets ${show(y.shape)}, and a weight is for a row, not for the numbers in it`;
    throw new ShapeError(
      `[${label}] expected ${wanted.join(' or ')} = ${letters.join(' or ')}${why}, got ${show(weights.shape)}`,
    );
  }
  checkNumbers(label, weights, false);
  const negative = Array.from(weights.data).find((w) => w < 0);
  if (negative !== undefined) throw new DataError(`[${label}] takes weights from 0 on, got ${negative}`);
  return weights.reshape(shape);
}

function weightArrays(
  where: string,
  sampleWeight: unknown,
  names: readonly string[],
): (NdArray | undefined)[] {
  const label = `${where}/sampleWeight`;
  if (isByName(sampleWeight)) {
    const stranger = Object.keys(sampleWeight).find((name) => !names.includes(name));
    if (stranger !== undefined) {
      throw new OptionError(`[${label}] knows no output ${stranger}; the outputs are ${names.join(', ')}`);
    }
    return names.map((name) =>
      sampleWeight[name] === undefined ? undefined : asArray(`${label}/${name}`, sampleWeight[name]),
    );
  }
  if (names.length === 1) return [asArray(label, sampleWeight)];
  if (!Array.isArray(sampleWeight) || sampleWeight.length !== names.length) {
    throw new OptionError(
      `[${label}] takes an array of ${names.length}, or an object: one for each of ${names.join(', ')}`,
    );
  }
  return sampleWeight.map((one) => (one === undefined || one === null ? undefined : asArray(label, one)));
}

/** The weight of each row's class, times the weight it has. */
function weighClasses(
  where: string,
  classWeight: unknown,
  y: NdArray,
  { name, rowAxes }: WeighedOutput,
  weights: NdArray | undefined,
): NdArray {
  if (typeof classWeight !== 'object' || classWeight === null) {
    throw new OptionError(
      `[${where}/classWeight] takes an object { label: weight }, got ${shown(classWeight)}`,
    );
  }
  const table = classWeight as Record<number, number>;
  for (const [label, weight] of Object.entries(table)) {
    if (typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)) continue;
    throw new OptionError(
      `[${where}/classWeight] takes weights from 0 on, got ${shown(weight)} for class ${label}`,
    );
  }
  // One-hot rows name their class by position, labels by their value.
  const width = y.shape.length > rowAxes ? (y.shape.at(-1) ?? 1) : 1;
  const oneHot = width > 1;
  if (oneHot && !isOneHot(y, width)) {
    throw new DataError(
      `[${where}/classWeight] weighs a row by its class, but the targets ${show(y.shape)} of ${name} are neither labels nor` +
        ' one-hot rows; take sampleWeight instead',
    );
  }
  const rows = y.data.length / width;
  const out = new Float64Array(rows);
  const perRow = weights ? rows / weights.data.length : 1;
  for (let row = 0; row < rows; row++) {
    const label = oneHot ? argMax(y.data, row * width, width) : y.data[row * width];
    const weight = table[label];
    if (weight === undefined) throw new DataError(`[${where}/classWeight] has no weight for class ${label}`);
    out[row] = weight * (weights ? weights.data[Math.floor(row / perRow)] : 1);
  }
  return new NdArray(y.shape.slice(0, rowAxes), out);
}

function isOneHot({ data }: NdArray, width: number): boolean {
  for (let row = 0; row < data.length / width; row++) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const value = data[row * width + k];
      if (value !== 0 && value !== 1) return false;
      sum += value;
    }
    if (sum !== 1) return false;
  }
  return true;
}

function argMax(data: ArrayLike<number>, from: number, width: number): number {
  let best = 0;
  for (let k = 1; k < width; k++) if (data[from + k] > data[from + best]) best = k;
  return best;
}
