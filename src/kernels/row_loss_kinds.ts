// Losses of rows by kind: number, value and derivative of each element, and how the prediction is prepared for it.

/** Numbers that a kind may use. */
export interface ElementParams {
  alpha: number;
  gamma: number;
  /** The weight of the element's class; 1 without any. */
  weight: number;
}

export interface ElementLoss {
  /** The part of the row's loss that target t and (prepared) prediction o give. */
  value(t: number, o: number, p: ElementParams): number;
  /** Its derivative over o. */
  slope(t: number, o: number, p: ElementParams): number;
  /** Whether the row's loss is the mean over its elements; else it is their sum. */
  mean: boolean;
}

/** The number of each kind, as shaders/shared/row_loss_kinds.wgsl lists them. */
export const rowLossKinds = {
  squared: 0,
  absolute: 1,
  absolutePercentage: 2,
  squaredLogarithmic: 3,
  huber: 4,
  logCosh: 5,
  poisson: 6,
  hinge: 7,
  squaredHinge: 8,
  binaryLogits: 9,
  binary: 10,
  binaryFocal: 11,
  divergence: 12,
  categorical: 13,
  categoricalFocal: 14,
  generalized: 15,
  logDivergence: 16,
  negativeLogarithm: 17,
  softened: 18,
  cosine: 19,
  categoricalHinge: 20,
} as const;

export type RowLossKind = keyof typeof rowLossKinds;

/** How the prediction x of a row is prepared: as it is, x/Σx, softmax(x) or sigmoid(x). */
export const preparations = { none: 0, sum: 1, softmax: 2, sigmoid: 3 } as const;

export type Preparation = keyof typeof preparations;

/** Keras' epsilon, and 1 - epsilon as f32 has it: the same numbers in f64, so that both clip alike. */
export const EPSILON = Math.fround(1e-7);
export const BELOW_ONE = Math.fround(1 - 1e-7);

const clip = (x: number, low = EPSILON, high = BELOW_ONE) => Math.min(Math.max(x, low), high);
const within = (x: number, low = EPSILON, high = BELOW_ONE) => x >= low && x <= high;
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hingeTarget = (t: number) => (t === 0 ? -1 : t);

/** x^y for x from 0 on; below, as for 0. */
export function power(x: number, y: number): number {
  if (y === 0) return 1;
  return x <= 0 ? 0 : x ** y;
}

const binaryValue = (t: number, o: number) => -(t * Math.log(clip(o)) + (1 - t) * Math.log(1 - clip(o)));
const binarySlope = (t: number, o: number) => (within(o) ? (o - t) / (o * (1 - o)) : 0);
const probabilityOf = (t: number, o: number) => t * o + (1 - t) * (1 - o);

/** The kinds in the order of their numbers, without the last three, whose elements depend on each other. */
export const elementLosses: readonly ElementLoss[] = [
  { mean: true, value: (t, o) => (o - t) ** 2, slope: (t, o) => 2 * (o - t) },
  { mean: true, value: (t, o) => Math.abs(o - t), slope: (t, o) => Math.sign(o - t) },
  {
    mean: true,
    value: (t, o) => (100 * Math.abs(o - t)) / Math.max(Math.abs(t), EPSILON),
    slope: (t, o) => (100 * Math.sign(o - t)) / Math.max(Math.abs(t), EPSILON),
  },
  {
    mean: true,
    value: (t, o) => (Math.log1p(Math.max(o, EPSILON)) - Math.log1p(Math.max(t, EPSILON))) ** 2,
    slope: (t, o) => (o < EPSILON ? 0 : (2 * (Math.log1p(o) - Math.log1p(Math.max(t, EPSILON)))) / (1 + o)),
  },
  {
    // alpha is where it turns linear, gamma a factor.
    mean: true,
    value: (t, o, { alpha, gamma }) => {
      const e = Math.abs(o - t);
      return gamma * (e <= alpha ? 0.5 * e * e : alpha * e - 0.5 * alpha * alpha);
    },
    slope: (t, o, { alpha, gamma }) => gamma * Math.min(Math.max(o - t, -alpha), alpha),
  },
  {
    mean: true,
    value: (t, o) => Math.abs(o - t) + Math.log1p(Math.exp(-2 * Math.abs(o - t))) - Math.LN2,
    slope: (t, o) => Math.tanh(o - t),
  },
  {
    mean: true,
    value: (t, o) => o - t * Math.log(o + EPSILON),
    slope: (t, o) => 1 - t / (o + EPSILON),
  },
  {
    mean: true,
    value: (t, o) => Math.max(1 - hingeTarget(t) * o, 0),
    slope: (t, o) => (1 - hingeTarget(t) * o > 0 ? -hingeTarget(t) : 0),
  },
  {
    mean: true,
    value: (t, o) => Math.max(1 - hingeTarget(t) * o, 0) ** 2,
    slope: (t, o) => -2 * hingeTarget(t) * Math.max(1 - hingeTarget(t) * o, 0),
  },
  {
    // The weight is that of the positive class, as torch's pos_weight.
    mean: true,
    value: (t, o, { weight }) => (1 - t) * o + (1 + (weight - 1) * t) * softplus(-o),
    slope: (t, o, { weight }) => 1 - t - (1 + (weight - 1) * t) / (1 + Math.exp(o)),
  },
  { mean: true, value: binaryValue, slope: binarySlope },
  {
    // Lin et al. 2017; alpha below 0 leaves the classes unbalanced.
    mean: true,
    value: (t, o, { alpha, gamma }) =>
      balance(t, alpha) * power(1 - probabilityOf(t, o), gamma) * binaryValue(t, o),
    slope(t, o, { alpha, gamma }) {
      const rest = 1 - probabilityOf(t, o);
      const steep = gamma * power(rest, gamma - 1) * (1 - 2 * t) * binaryValue(t, o);
      return balance(t, alpha) * (steep + power(rest, gamma) * binarySlope(t, o));
    },
  },
  {
    mean: false,
    value: (t, o) => clip(t, EPSILON, 1) * Math.log(clip(t, EPSILON, 1) / clip(o, EPSILON, 1)),
    slope: (t, o) => (within(o, EPSILON, 1) ? -clip(t, EPSILON, 1) / o : 0),
  },
  {
    mean: false,
    value: (t, o, { weight }) => -weight * t * Math.log(clip(o)),
    slope: (t, o, { weight }) => (within(o) ? (-weight * t) / o : 0),
  },
  {
    mean: false,
    value: (t, o, { weight, alpha, gamma }) =>
      -alpha * weight * t * power(1 - clip(o), gamma) * Math.log(clip(o)),
    slope(t, o, { weight, alpha, gamma }) {
      if (!within(o)) return 0;
      const steep = -gamma * power(1 - o, gamma - 1) * Math.log(o) + power(1 - o, gamma) / o;
      return -alpha * weight * t * steep;
    },
  },
  {
    // Zhang and Sabuncu 2018, with q = alpha.
    mean: false,
    value: (t, o, { alpha }) => (t * (1 - power(o, alpha))) / alpha,
    slope: (t, o, { alpha }) => -t * power(o, alpha - 1),
  },
  {
    mean: false,
    value: (t, o) => (t > 0 ? t * Math.log(t) : 0) - t * o,
    slope: (t) => -t,
  },
  { mean: false, value: (t, o, { weight }) => -weight * t * o, slope: (t, _o, { weight }) => -weight * t },
];

function balance(t: number, alpha: number): number {
  return alpha < 0 ? 1 : t * alpha + (1 - t) * (1 - alpha);
}
