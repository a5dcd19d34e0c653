// First values of weights, by Keras' names and formulas.
import { OptionError, ShapeError, show } from '../core/errors.ts';
import { checkOptions, shown } from '../core/options.ts';
import { type Random, random } from '../core/random.ts';
import { sizeOf } from '../core/tensor.ts';
import { made, type NamedConfig, refuseMakers } from './named.ts';
import { orthonormalise } from './orthonormal.ts';

/** Gives the first values of a weight of that shape, row-major; a user's own is just such a function. */
export interface Initializer {
  (shape: readonly number[], next: Random): ArrayLike<number>;
  /** Keras' name of its class, in files. */
  readonly className?: string;
  /** Its options, defaults included, as JSON can hold them. */
  getConfig?(): Record<string, unknown>;
}

/** An initializer of the library's own, which files can hold. */
export type StandardInitializer = Initializer & { readonly className: string };

export type InitializerName = keyof typeof initializers;

export interface SeedOptions {
  /** Draws the same numbers for every weight of that shape; by default the model's seed and the weight's name decide. */
  seed?: number | null;
}

/** All zeros. */
export function zeros(options: Record<string, never> = {}): StandardInitializer {
  checkOptions('zeros', options, []);
  return standard('Zeros', {}, (shape) => new Float64Array(sizeOf(shape)));
}

/** All ones. */
export function ones(options: Record<string, never> = {}): StandardInitializer {
  checkOptions('ones', options, []);
  return standard('Ones', {}, (shape) => new Float64Array(sizeOf(shape)).fill(1));
}

/** The same number everywhere, default 0: `constant(0.5)` or `constant({ value: 0.5 })`. */
export function constant(options: number | { value?: number } = {}): StandardInitializer {
  const given = typeof options === 'number' ? { value: options } : options;
  checkOptions('constant', given, ['value']);
  const { value = 0 } = given;
  expectNumbers('constant', { value });
  return standard('Constant', { value }, (shape) => new Float64Array(sizeOf(shape)).fill(value));
}

/**
 * `gain` (default 1) on the diagonal of a matrix, zeros elsewhere.
 * @throws ShapeError, when it is used, for a weight that is no matrix.
 */
export function identity(options: { gain?: number } = {}): StandardInitializer {
  checkOptions('identity', options, ['gain']);
  const { gain = 1 } = options;
  expectNumbers('identity', { gain });
  return standard('Identity', { gain }, (shape) => {
    if (shape.length !== 2) throw new ShapeError(`[identity] takes a matrix, got a weight ${show(shape)}`);
    const [rows, cols] = shape;
    const out = new Float64Array(rows * cols);
    for (let i = 0; i < Math.min(rows, cols); i++) out[i * cols + i] = gain;
    return out;
  });
}

/** Uniform in [minval, maxval), default ±0.05. */
export function randomUniform(
  options: SeedOptions & { minval?: number; maxval?: number } = {},
): StandardInitializer {
  checkOptions('randomUniform', options, ['minval', 'maxval', 'seed']);
  const { minval = -0.05, maxval = 0.05, seed = null } = options;
  expectNumbers('randomUniform', { minval, maxval });
  return standard('RandomUniform', { minval, maxval, seed }, (shape, next) =>
    fill(shape, () => minval + (maxval - minval) * next.uniform()),
  );
}

export interface NormalOptions extends SeedOptions {
  /** Default 0. */
  mean?: number;
  /** Default 0.05. */
  stddev?: number;
}

/** Normal with `mean` and standard deviation `stddev`. */
export function randomNormal(options: NormalOptions = {}): StandardInitializer {
  checkOptions('randomNormal', options, ['mean', 'stddev', 'seed']);
  const { mean = 0, stddev = 0.05, seed = null } = options;
  expectNumbers('randomNormal', { mean, stddev });
  return standard('RandomNormal', { mean, stddev, seed }, (shape, next) =>
    fill(shape, () => mean + stddev * next.normal()),
  );
}

/** As randomNormal, but values further than two `stddev` from the mean are drawn again. */
export function truncatedNormal(options: NormalOptions = {}): StandardInitializer {
  checkOptions('truncatedNormal', options, ['mean', 'stddev', 'seed']);
  const { mean = 0, stddev = 0.05, seed = null } = options;
  expectNumbers('truncatedNormal', { mean, stddev });
  return standard('TruncatedNormal', { mean, stddev, seed }, (shape, next) =>
    fill(shape, () => mean + stddev * truncated(next)),
  );
}

export interface VarianceScalingOptions extends SeedOptions {
  /** Default 1. */
  scale?: number;
  /** What the variance is divided by: inputs of a unit (default), its outputs, or their mean. */
  mode?: 'fanIn' | 'fanOut' | 'fanAvg';
  /** Default truncatedNormal. */
  distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform';
}

/** Variance scale / fan: uniform in ±sqrt(3·scale / fan), or normal, cut off at two standard deviations or not. */
export function varianceScaling(options: VarianceScalingOptions = {}): StandardInitializer {
  checkOptions('varianceScaling', options, ['scale', 'mode', 'distribution', 'seed']);
  const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal', seed = null } = options;
  if (!(typeof scale === 'number' && scale > 0 && Number.isFinite(scale))) {
    throw new OptionError(`[varianceScaling/scale] must be a positive number, got ${shown(scale)}`);
  }
  expectOne('varianceScaling/mode', mode, ['fanIn', 'fanOut', 'fanAvg']);
  expectOne('varianceScaling/distribution', distribution, [
    'truncatedNormal',
    'untruncatedNormal',
    'uniform',
  ]);
  return standard('VarianceScaling', { scale, mode, distribution, seed }, scaled(scale, mode, distribution));
}

/** Uniform in ±sqrt(6 / (fanIn + fanOut)); Glorot and Bengio 2010, eq. 16. */
export const glorotUniform = byFan('glorotUniform', 'GlorotUniform', 1, 'fanAvg', 'uniform');

/** Normal, cut off at two standard deviations, with variance 2 / (fanIn + fanOut), as Keras' GlorotNormal. */
export const glorotNormal = byFan('glorotNormal', 'GlorotNormal', 1, 'fanAvg', 'truncatedNormal');

/** Uniform in ±sqrt(6 / fanIn); He et al. 2015, eq. 10 for a uniform distribution. */
export const heUniform = byFan('heUniform', 'HeUniform', 2, 'fanIn', 'uniform');

/** Normal, cut off at two standard deviations, with variance 2 / fanIn; He et al. 2015. */
export const heNormal = byFan('heNormal', 'HeNormal', 2, 'fanIn', 'truncatedNormal');

/** Uniform in ±sqrt(3 / fanIn); LeCun et al. 1998. */
export const lecunUniform = byFan('lecunUniform', 'LecunUniform', 1, 'fanIn', 'uniform');

/** Normal, cut off at two standard deviations, with variance 1 / fanIn; Klambauer et al. 2017. */
export const lecunNormal = byFan('lecunNormal', 'LecunNormal', 1, 'fanIn', 'truncatedNormal');

/** Rows or columns (the fewer of them) that are orthogonal, of length `gain` (default 1); Saxe et al. 2014. */
export function orthogonal(options: SeedOptions & { gain?: number } = {}): StandardInitializer {
  checkOptions('orthogonal', options, ['gain', 'seed']);
  const { gain = 1, seed = null } = options;
  expectNumbers('orthogonal', { gain });
  return standard('Orthogonal', { gain, seed }, (shape, next) => {
    const cols = shape.at(-1) ?? 1;
    const rows = sizeOf(shape) / cols;
    const count = Math.min(rows, cols);
    const length = Math.max(rows, cols);
    const vectors = fill([count, length], () => next.normal());
    orthonormalise(vectors, count, length);
    const out = new Float64Array(rows * cols);
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++) {
        out[row * cols + col] =
          gain * (rows <= cols ? vectors[row * length + col] : vectors[col * length + row]);
      }
    }
    return out;
  });
}

const initializers = {
  zeros: { className: 'Zeros', make: zeros },
  ones: { className: 'Ones', make: ones },
  constant: { className: 'Constant', make: constant },
  identity: { className: 'Identity', make: identity },
  randomUniform: { className: 'RandomUniform', make: randomUniform },
  randomNormal: { className: 'RandomNormal', make: randomNormal },
  truncatedNormal: { className: 'TruncatedNormal', make: truncatedNormal },
  varianceScaling: { className: 'VarianceScaling', make: varianceScaling },
  glorotUniform: { className: 'GlorotUniform', make: glorotUniform },
  glorotNormal: { className: 'GlorotNormal', make: glorotNormal },
  heUniform: { className: 'HeUniform', make: heUniform },
  heNormal: { className: 'HeNormal', make: heNormal },
  lecunUniform: { className: 'LecunUniform', make: lecunUniform },
  lecunNormal: { className: 'LecunNormal', make: lecunNormal },
  orthogonal: { className: 'Orthogonal', make: orthogonal },
} as const;

/** An initializer as options take it: its name, itself (a user's own function too), or its config. */
export type InitializerOption = InitializerName | Initializer | NamedConfig;

/**
 * The initializer of that name or config, or the function itself; `where` names the option for the message.
 * @throws OptionError for a name that does not exist.
 */
export function initializer(which: InitializerOption, where?: string): Initializer {
  if (typeof which !== 'function') return made('initializer', initializers, which, where);
  refuseMakers('initializer', initializers, which, where);
  return which;
}

/**
 * The config of an initializer, which `initializer` takes back.
 * @throws OptionError for a user's own function that has no className and getConfig.
 */
export function initializerConfig(which: InitializerOption, where?: string): NamedConfig {
  const it = initializer(which, where);
  if (!it.className || !it.getConfig) {
    throw new OptionError(
      `${where ? `[${where}] ` : ''}is a function of your own, which no config can hold; use an initializer by name`,
    );
  }
  return { className: it.className, config: it.getConfig() };
}

type Distribution = NonNullable<VarianceScalingOptions['distribution']>;
type Mode = NonNullable<VarianceScalingOptions['mode']>;

function byFan(name: string, className: string, scale: number, mode: Mode, distribution: Distribution) {
  return (options: SeedOptions = {}): StandardInitializer => {
    checkOptions(name, options, ['seed']);
    return standard(className, { seed: options.seed ?? null }, scaled(scale, mode, distribution));
  };
}

function scaled(scale: number, mode: Mode, distribution: Distribution): Initializer {
  return (shape, next) => {
    const [fanIn, fanOut] = fans(shape);
    const fan = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[mode];
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return fill(shape, () => limit * (2 * next.uniform() - 1));
    }
    if (distribution === 'untruncatedNormal') return fill(shape, () => Math.sqrt(variance) * next.normal());
    // 0.8796 is what cutting off at two standard deviations leaves of the deviation.
    const deviation = Math.sqrt(variance) / 0.87962566103423978;
    return fill(shape, () => deviation * truncated(next));
  };
}

/** Gives a function its class name and config; a seed replaces the model's generator. */
function standard(
  className: string,
  config: Record<string, unknown> & SeedOptions,
  values: Initializer,
): StandardInitializer {
  const { seed } = config;
  if (seed !== undefined && seed !== null) expectNumbers(className, { seed });
  const own: Initializer = (shape, next) =>
    values(shape, typeof seed === 'number' ? random(seed, 'initializer') : next);
  return Object.assign(own, { className, getConfig: () => ({ ...config }) });
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

function truncated(next: Random): number {
  let value = next.normal();
  while (Math.abs(value) > 2) value = next.normal();
  return value;
}

function expectNumbers(name: string, numbers: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(numbers)) {
    if (typeof value === 'number' && Number.isFinite(value)) continue;
    throw new OptionError(`[${name}/${key}] must be a number, got ${shown(value)}`);
  }
}

function expectOne(where: string, value: string, known: readonly string[]): void {
  if (!known.includes(value)) {
    throw new OptionError(`[${where}] must be one of ${known.join(', ')}, got ${shown(value)}`);
  }
}
