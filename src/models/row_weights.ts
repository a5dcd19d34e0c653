// What each row counts: sample weights and weights of classes, as users give them, brought to one array an output.
import { DataError, OptionError, ShapeError, show } from '../core/errors.ts';
import { shown } from '../core/options.ts';
import { asArray, NdArray } from '../data/nd_array.ts';
import { checkNumbers, isByName } from './model_data.ts';

/**
 * Weights of rows, one array for each output, from what a user gave: sample weights, and weights of classes.
 * Where the loss takes a whole sequence as one row there is one weight a sample.
 * @throws ShapeError for weights of another length; DataError for negative ones or labels without a weight.
 */
export function rowWeights(
  where: string,
  options: { sampleWeight?: unknown; classWeight?: unknown },
  y: readonly NdArray[],
  names: readonly string[],
  wholeSequences: readonly boolean[] = [],
): (NdArray | undefined)[] {
  const { sampleWeight, classWeight } = options;
  const given =
    sampleWeight === undefined ? names.map(() => undefined) : weightArrays(where, sampleWeight, names);
  if (classWeight !== undefined && names.length > 1) {
    throw new OptionError(`[${where}/classWeight] needs a model with one output; take sampleWeight instead`);
  }
  return given.map((weights, i) => {
    if (classWeight !== undefined && wholeSequences[i]) {
      throw new OptionError(
        `[${where}/classWeight] weighs labels, but the loss of ${names[i]} takes a whole sequence as one row; take` +
          ' sampleWeight [N]',
      );
    }
    if (weights) {
      const label = `${where}/sampleWeight`;
      if (wholeSequences[i] && weights.shape.length > 1) {
        throw new ShapeError(
          `[${label}] expected [${y[i].length}] = [N]: the loss of ${names[i]} takes a whole sequence as one row, got` +
            ` ${show(weights.shape)}`,
        );
      }
      const fits =
        weights.shape[0] === y[i].length &&
        (weights.shape.length === 1 || (weights.shape.length === 2 && weights.shape[1] === y[i].shape[1]));
      if (!fits) {
        throw new ShapeError(
          `[${label}] expected [${y[i].length}] = [N], or [N, T], for targets ${show(y[i].shape)}, got ${show(weights.shape)}`,
        );
      }
      checkNumbers(label, weights, false);
      const negative = Array.from(weights.data).find((w) => w < 0);
      if (negative !== undefined) throw new DataError(`[${label}] takes weights from 0 on, got ${negative}`);
    }
    return classWeight === undefined ? weights : weighClasses(where, classWeight, y[i], weights);
  });
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
  const integers = Array.from(y.data).every((v) => Number.isInteger(v));
  const last = y.shape.at(-1) ?? 1;
  // One-hot rows name their class by position, everything else by its value.
  const oneHot = y.shape.length > 1 && last > 1 && integers && isOneHot(y, last);
  const width = oneHot || (y.shape.length > 1 && last === 1) ? last : 1;
  const shape = width > 1 || (y.shape.length > 1 && last === 1) ? y.shape.slice(0, -1) : y.shape;
  const rows = y.data.length / width;
  const out = new Float64Array(rows);
  const perRow = weights && weights.data.length !== rows ? rows / weights.data.length : 1;
  for (let row = 0; row < rows; row++) {
    const label = oneHot ? argMax(y.data, row * last, last) : y.data[row * width];
    const weight = table[label];
    if (weight === undefined) throw new DataError(`[${where}/classWeight] has no weight for class ${label}`);
    out[row] = weight * (weights ? weights.data[Math.floor(row / perRow)] : 1);
  }
  return new NdArray(shape, out);
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
