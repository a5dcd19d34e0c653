// Elementwise activations: number, value and derivative of each; the kernels' KIND is the number.
import { sigmoid } from './activations.ts';

export interface ScalarActivation {
  value(x: number, alpha: number, beta: number): number;
  /** The derivative at x; where there is none, that of the side torch takes. */
  slope(x: number, alpha: number, beta: number): number;
}

/** The number of each kind, as shaders/shared/activation_value.wgsl and activation_slope.wgsl list them. */
export const activations = {
  linear: 0,
  sigmoid: 1,
  tanh: 2,
  relu: 3,
  leakyRelu: 4,
  elu: 5,
  selu: 6,
  gelu: 7,
  geluTanh: 8,
  softplus: 9,
  softsign: 10,
  silu: 11,
  mish: 12,
  hardSigmoid: 13,
  hardTanh: 14,
  exp: 15,
  thresholdedRelu: 16,
  scaledTanh: 17,
  affine: 18,
  relu6: 19,
  hardSilu: 20,
  celu: 21,
  logSigmoid: 22,
  tanhShrink: 23,
  softShrink: 24,
  hardShrink: 25,
  squareplus: 26,
  sparsePlus: 27,
  sparseSigmoid: 28,
} as const;

export type ElementwiseName = keyof typeof activations;

/** The kinds whose values lie in [0,1], whatever their parameters. */
const fractional: ReadonlySet<ElementwiseName> = new Set(['sigmoid', 'hardSigmoid', 'sparseSigmoid']);

/** Whether all values of an activation lie in [0,1]. */
export function givesFractions(name: ElementwiseName): boolean {
  return fractional.has(name);
}

/** What `alpha` is where nobody gives one, as in Keras 3, else ONNX; the other kinds have no alpha. */
export const defaultAlpha: Readonly<Partial<Record<ElementwiseName, number>>> = {
  leakyRelu: 0.2,
  elu: 1,
  hardSigmoid: 1 / 6,
  thresholdedRelu: 1,
  scaledTanh: 1,
  affine: 1,
  celu: 1,
  softShrink: 0.5,
  hardShrink: 0.5,
  squareplus: 4,
};

/** What `beta` is where nobody gives one; the other kinds have no beta. */
export const defaultBeta: Readonly<Partial<Record<ElementwiseName, number>>> = {
  hardSigmoid: 0.5,
  scaledTanh: 1,
  affine: 0,
};

/** The kinds in the order of their numbers. */
export const scalarActivations: readonly ScalarActivation[] = [
  { value: (x) => x, slope: () => 1 },
  { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
  { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  { value: (x, alpha) => (x > 0 ? x : alpha * x), slope: (x, alpha) => (x > 0 ? 1 : alpha) },
  {
    // Clevert et al. 2016.
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    slope: (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x)),
  },
  {
    // Klambauer et al. 2017.
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
  },
  {
    // Hendrycks and Gimpel 2016.
    value: (x) => x * normalCdf(x),
    slope: (x) => normalCdf(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
  },
  {
    // Their approximation x/2·(1 + tanh(√(2/π)·(x + 0.044715x³))), with 1 + tanh(u) = 2σ(2u).
    value: (x) => x * sigmoid(2 * geluTanhArgument(x)),
    slope: (x) => {
      const u = 2 * geluTanhArgument(x);
      const du = 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
      return sigmoid(u) + x * sigmoid(u) * sigmoid(-u) * du;
    },
  },
  { value: softplus, slope: sigmoid },
  { value: (x) => x / (1 + Math.abs(x)), slope: (x) => 1 / (1 + Math.abs(x)) ** 2 },
  { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  {
    // Misra 2019.
    value: (x) => x * Math.tanh(softplus(x)),
    slope: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    },
  },
  {
    // Keras 3 and torch have x/6 + 1/2 between 0 and 1, tfjs and ONNX x/5 + 1/2.
    value: (x, alpha, beta) => clamp(alpha * x + beta, 0, 1),
    slope: (x, alpha, beta) => (alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0),
  },
  { value: (x) => clamp(x, -1, 1), slope: (x) => (Math.abs(x) < 1 ? 1 : 0) },
  // Clamped as on the GPU, so that it stays finite in f32.
  { value: (x) => Math.exp(clamp(x, -87, 88)), slope: (x) => Math.exp(clamp(x, -87, 88)) },
  // The three that ONNX has besides.
  { value: (x, alpha) => (x > alpha ? x : 0), slope: (x, alpha) => (x > alpha ? 1 : 0) },
  {
    value: (x, alpha, beta) => alpha * Math.tanh(beta * x),
    slope: (x, alpha, beta) => alpha * beta * (1 - Math.tanh(beta * x) ** 2),
  },
  { value: (x, alpha, beta) => alpha * x + beta, slope: (_x, alpha) => alpha },
  { value: (x) => clamp(x, 0, 6), slope: (x) => (x > 0 && x < 6 ? 1 : 0) },
  {
    // Howard et al. 2019: x·hardSigmoid(x).
    value: (x) => x * clamp(x / 6 + 0.5, 0, 1),
    slope: (x) => clamp(x / 6 + 0.5, 0, 1) + (Math.abs(x) < 3 ? x / 6 : 0),
  },
  {
    // Barron 2017.
    value: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
    slope: (x, alpha) => (x > 0 ? 1 : Math.exp(x / alpha)),
  },
  { value: (x) => -softplus(-x), slope: (x) => sigmoid(-x) },
  { value: (x) => x - Math.tanh(x), slope: (x) => Math.tanh(x) ** 2 },
  {
    value: (x, alpha) => (Math.abs(x) > alpha ? x - Math.sign(x) * alpha : 0),
    slope: (x, alpha) => (Math.abs(x) > alpha ? 1 : 0),
  },
  {
    value: (x, alpha) => (Math.abs(x) > alpha ? x : 0),
    slope: (x, alpha) => (Math.abs(x) > alpha ? 1 : 0),
  },
  {
    // Barron 2021: (x + √(x² + b))/2.
    value: (x, alpha) => 0.5 * (x + Math.sqrt(x * x + alpha)),
    slope: (x, alpha) => 0.5 * (1 + x / Math.sqrt(x * x + alpha)),
  },
  {
    value: (x) => (x <= -1 ? 0 : x >= 1 ? x : 0.25 * (x + 1) ** 2),
    slope: (x) => clamp(0.5 * (x + 1), 0, 1),
  },
  { value: (x) => clamp(0.5 * (x + 1), 0, 1), slope: (x) => (Math.abs(x) < 1 ? 0.5 : 0) },
];

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

function geluTanhArgument(x: number): number {
  return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
}

/** log(1 + exp(x)). */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The distribution function of the standard normal, to f64 accuracy on both sides. */
export function normalCdf(x: number): number {
  const tail = 0.5 * erfcPositive(Math.abs(x) / Math.SQRT2);
  return x > 0 ? 1 - tail : tail;
}

/**
 * erfc(z) for z >= 0: below 2.5 from erf(z) = 2/√π·exp(-z²)·Σ 2ⁿz²ⁿ⁺¹/(2n+1)!!, whose terms are all positive;
 * above from the continued fraction exp(-z²)/√π · 1/(z + (1/2)/(z + (2/2)/(z + (3/2)/(z + ...)))).
 */
function erfcPositive(z: number): number {
  const scale = Math.exp(-z * z) / Math.sqrt(Math.PI);
  if (z < 2.5) {
    let term = z;
    let sum = 0;
    for (let n = 0; n < 80; n++) {
      sum += term;
      term *= (2 * z * z) / (2 * n + 3);
    }
    return 1 - 2 * scale * sum;
  }
  let below = z;
  for (let n = 100; n > 0; n--) below = z + n / 2 / below;
  return scale / below;
}
