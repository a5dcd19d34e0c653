// Activations as a function on tensors and as a layer.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import { checkOptions, shown, suggestion } from '../core/options.ts';
import type { Tensor } from '../core/tensor.ts';
import { activationBackward } from '../kernels/activation_backward.ts';
import { activationForward } from '../kernels/activation_forward.ts';
import {
  activations,
  defaultAlpha,
  defaultBeta,
  type ElementwiseName,
  givesFractions,
} from '../kernels/activation_kinds.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';
import { softmaxForward } from '../kernels/softmax_forward.ts';
import { firstShapeNames } from './first_shape.ts';
import { type AppliedLayer, type LayerOptions, plainLayer } from './plain.ts';
import { noteFractions, noteProbabilities } from './probabilities.ts';

/** Keras' other names. */
const aliases = { exponential: 'exp', hardSwish: 'hardSilu', swish: 'silu' } as const;

/** Elementwise activations, and softmax and log softmax over the last axis. */
export type ActivationName = ElementwiseName | keyof typeof aliases | 'softmax' | 'logSoftmax';

type Standard = Exclude<ActivationName, keyof typeof aliases>;

/** All names, in the order of documentation. */
export const activationNames = [
  ...(Object.keys(activations) as ElementwiseName[]),
  ...(Object.keys(aliases) as (keyof typeof aliases)[]),
  'softmax',
  'logSoftmax',
] as readonly ActivationName[];

export interface ApplyActivationOptions {
  /**
   * The slope of leakyRelu left of zero (default 0.2, as in Keras 3), the limit of elu and celu (1), the slope of
   * hardSigmoid (1/6) and affine (1), the threshold of thresholdedRelu (1) and of both shrinks (0.5), the factor of
   * scaledTanh (1), b of squareplus (4).
   */
  alpha?: number;
  /** What hardSigmoid (default 0.5) and affine (0) add, or what scaledTanh (1) multiplies x with. */
  beta?: number;
}

/** The name that the kernels know an activation by. */
export function standardActivation(name: ActivationName): Standard {
  return Object.hasOwn(aliases, name) ? aliases[name as keyof typeof aliases] : (name as Standard);
}

/**
 * Emits y = f(x) and its backward step, and returns y of the shape of x; 'linear' returns x itself.
 * @throws OptionError for an unknown name, or an alpha that the activation does not have.
 */
export function applyActivation(
  b: Builder,
  x: Tensor,
  name: ActivationName,
  { alpha, beta }: ApplyActivationOptions = {},
): Tensor {
  checkActivation(b.path || 'activation', name, { alpha, beta });
  const kind = standardActivation(name);
  if (kind === 'linear') return x;
  if (x.shape.length === 0) throw new ShapeError(`[${b.path || kind}] takes no scalar (${x.name})`);
  const y = b.activation(kind, x.shape, { differentiable: x.differentiable });
  b.setMask(y, b.maskOf(x));
  if (kind === 'softmax' || kind === 'logSoftmax') {
    const logarithm = kind === 'logSoftmax' ? 1 : 0;
    // The way back goes by y alone, so that a loss may overwrite x.
    b.peek(() => softmaxForward(b, { x, y, logarithm }));
    b.keep(y);
    if (kind === 'softmax') noteProbabilities(b, y, x, kind);
    onGradient(b, x, y, (dy, dx) => softmaxBackward(b, { y, dy, logarithm, ...dx }));
  } else {
    activationForward(b, kind, { x, y, alpha, beta });
    if (kind === 'sigmoid') noteProbabilities(b, y, x, kind);
    else if (givesFractions(kind)) noteFractions(b, y);
    onGradient(b, x, y, (dy, dx) => activationBackward(b, kind, { x, dy, alpha, beta, ...dx }));
  }
  return y;
}

/** Leaves a backward step that runs where a gradient has arrived for y and one is wanted for x. */
function onGradient(
  b: Builder,
  x: Tensor,
  y: Tensor,
  emit: (dy: Tensor, into: { dx: Tensor; accumulate: 0 | 1 }) => void,
): void {
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const into = dy && b.gradInto(x);
    if (into) emit(dy, { dx: into.tensor, accumulate: into.accumulate });
  });
}

export interface ActivationLayerOptions extends ApplyActivationOptions, LayerOptions {
  activation: ActivationName;
}

/**
 * An activation as a layer of its own: x [...] to f(x) [...].
 * @throws OptionError for an unknown name, or an alpha or beta that the activation does not have.
 */
export function activation(options: ActivationLayerOptions): AppliedLayer {
  checkOptions('activation', options, [
    'activation',
    'alpha',
    'beta',
    'name',
    'trainable',
    ...firstShapeNames,
  ]);
  const { activation: kind, alpha, beta, ...common } = options;
  checkActivation(options.name ?? 'activation', kind, { alpha, beta });
  const given = { ...(alpha !== undefined && { alpha }), ...(beta !== undefined && { beta }) };
  return plainLayer({
    className: 'Activation',
    name: 'activation',
    options: common,
    config: { activation: kind, ...given },
    rowwise: true,
    build: (b, _name, x) => applyActivation(b, x, kind, given),
  });
}

/** @throws OptionError for an unknown name, or an alpha or beta that the activation does not have. */
export function checkActivation(
  where: string,
  kind: ActivationName,
  given: { alpha?: number | undefined; beta?: number | undefined } = {},
): void {
  if (!activationNames.includes(kind)) {
    throw new OptionError(
      typeof kind === 'string'
        ? `[${where}] there is no activation ${shown(kind)}; there are ${activationNames.join(', ')}${suggestion(kind, activationNames)}`
        : `[${where}] takes an activation by its name, in quotes, such as 'relu'; got ${shown(kind)}`,
    );
  }
  for (const [name, defaults] of [
    ['alpha', defaultAlpha],
    ['beta', defaultBeta],
  ] as const) {
    const value = given[name];
    if (value === undefined) continue;
    if (!(kind in defaults)) throw new OptionError(`[${where}] ${kind} has no ${name}`);
    if (!Number.isFinite(value)) throw new OptionError(`[${where}] ${name} must be a number, got ${value}`);
  }
}
