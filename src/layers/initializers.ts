// First values of weights, by Keras' names and formulas.
import { OptionError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { orthonormalise } from './orthonormal.ts';

/** Gives the first values of a weight of that shape, row-major. */
export type Initializer = (shape: readonly number[], next: Random) => ArrayLike<number>;

export type InitializerName = keyof typeof initializers;

/** All zeros. */
export const zeros: Initializer = (shape) => new Float64Array(sizeOf(shape));

/** All ones. */
export const ones: Initializer = (shape) => new Float64Array(sizeOf(shape)).fill(1);

/** Uniform in (-0.05, 0.05), as Keras' RandomUniform; the default of embeddings. */
export const randomUniform: Initializer = (shape, next) => fill(shape, () => 0.1 * next.uniform() - 0.05);

/** Normal with standard deviation 0.05, as Keras' RandomNormal. */
export const randomNormal: Initializer = (shape, next) => fill(shape, () => 0.05 * next.normal());

/** Uniform in ±sqrt(6 / (fanIn + fanOut)); Glorot and Bengio 2010, eq. 16. */
export const glorotUniform: Initializer = (shape, next) => {
  const [fanIn, fanOut] = fans(shape);
  return uniformWithin(shape, next, Math.sqrt(6 / (fanIn + fanOut)));
};

/** Normal, cut off at two standard deviations, with variance 2 / (fanIn + fanOut), as Keras' GlorotNormal. */
export const glorotNormal: Initializer = (shape, next) => {
  const [fanIn, fanOut] = fans(shape);
  return truncatedNormal(shape, next, 2 / (fanIn + fanOut));
};

/** Uniform in ±sqrt(6 / fanIn); He et al. 2015, eq. 10 for a uniform distribution. */
export const heUniform: Initializer = (shape, next) =>
  uniformWithin(shape, next, Math.sqrt(6 / fans(shape)[0]));

/** Normal, cut off at two standard deviations, with variance 2 / fanIn; He et al. 2015. */
export const heNormal: Initializer = (shape, next) => truncatedNormal(shape, next, 2 / fans(shape)[0]);

/** Rows or columns (the fewer of them) that are orthonormal; Saxe et al. 2014, as Keras' Orthogonal. */
export const orthogonal: Initializer = (shape, next) => {
  const cols = shape.at(-1) ?? 1;
  const rows = sizeOf(shape) / cols;
  const count = Math.min(rows, cols);
  const length = Math.max(rows, cols);
  const vectors = fill([count, length], () => next.normal());
  orthonormalise(vectors, count, length);
  if (rows <= cols) return vectors;
  const out = new Float64Array(rows * cols);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) out[row * cols + col] = vectors[col * length + row];
  }
  return out;
};

const initializers = {
  zeros,
  ones,
  randomUniform,
  randomNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  orthogonal,
} as const;

/**
 * The initializer of that name, or the function itself.
 * @throws OptionError for a name that does not exist.
 */
export function initializer(which: InitializerName | Initializer): Initializer {
  if (typeof which === 'function') return which;
  if (!Object.hasOwn(initializers, which)) {
    throw new OptionError(
      `there is no initializer ${which}; there are ${Object.keys(initializers).join(', ')}`,
    );
  }
  return initializers[which];
}

/** Inputs and outputs of a unit: the last two dimensions, times the size of the ones before. */
function fans(shape: readonly number[]): [fanIn: number, fanOut: number] {
  if (shape.length < 2) return [sizeOf(shape), sizeOf(shape)];
  const field = sizeOf(shape.slice(0, -2));
  return [field * shape.at(-2)!, field * shape.at(-1)!];
}

function fill(shape: readonly number[], value: () => number): Float64Array {
  // A loop: Float64Array.from takes ten times as long, seconds for a large table.
  const values = new Float64Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = value();
  return values;
}

function uniformWithin(shape: readonly number[], next: Random, limit: number): Float64Array {
  return fill(shape, () => limit * (2 * next.uniform() - 1));
}

/** Values beyond two standard deviations are drawn again; 0.8796 is what that leaves of the deviation. */
function truncatedNormal(shape: readonly number[], next: Random, variance: number): Float64Array {
  const deviation = Math.sqrt(variance) / 0.87962566103423978;
  return fill(shape, () => {
    let value = next.normal();
    while (Math.abs(value) > 2) value = next.normal();
    return deviation * value;
  });
}
