// Activations as a function on tensors and as a layer.
import type { Builder } from '../core/builder.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { activationBackward } from '../kernels/activation_backward.ts';
import { activationForward } from '../kernels/activation_forward.ts';
import { activations, defaultAlpha, type ElementwiseName } from '../kernels/activation_kinds.ts';
import { softmaxBackward } from '../kernels/softmax_backward.ts';
import { softmaxForward } from '../kernels/softmax_forward.ts';
import type { Layer } from './layer.ts';
import { noteProbabilities } from './probabilities.ts';

/** Elementwise activations, and softmax and log softmax over the last axis. */
export type ActivationName = ElementwiseName | 'softmax' | 'logSoftmax';

/** All names, in the order of documentation. */
export const activationNames = [
  ...(Object.keys(activations) as ElementwiseName[]),
  'softmax',
  'logSoftmax',
] as readonly ActivationName[];

export interface ApplyActivationOptions {
  /** The slope of leakyRelu left of zero (default 0.01) or the limit of elu (default 1). */
  alpha?: number;
}

/**
 * Emits y = f(x) and its backward step, and returns y of the shape of x; 'linear' returns x itself.
 * @throws OptionError for an unknown name, or an alpha that the activation does not have.
 */
export function applyActivation(
  b: Builder,
  x: Tensor,
  kind: ActivationName,
  { alpha }: ApplyActivationOptions = {},
): Tensor {
  checkActivation(b.path || 'activation', kind, alpha);
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
    activationForward(b, kind, { x, y, alpha });
    if (kind === 'sigmoid') noteProbabilities(b, y, x, kind);
    onGradient(b, x, y, (dy, dx) => activationBackward(b, kind, { x, dy, alpha, ...dx }));
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

export interface ActivationLayerOptions extends ApplyActivationOptions {
  activation: ActivationName;
  name?: string;
}

/**
 * An activation as a layer of its own: x [...] to f(x) [...].
 * @throws OptionError for an unknown name, or an alpha that the activation does not have.
 */
export function activation(options: ActivationLayerOptions): Layer {
  const { activation: kind, alpha, name = 'activation' } = options;
  checkActivation(name, kind, alpha);
  return { name, build: (b, x) => applyActivation(b, x, kind, alpha === undefined ? {} : { alpha }) };
}

function checkActivation(where: string, kind: ActivationName, alpha: number | undefined): void {
  if (!activationNames.includes(kind)) {
    throw new OptionError(
      `[${where}] there is no activation ${kind}; there are ${activationNames.join(', ')}`,
    );
  }
  if (alpha === undefined) return;
  if (!(kind in defaultAlpha)) throw new OptionError(`[${where}] ${kind} has no alpha`);
  if (!Number.isFinite(alpha)) throw new OptionError(`[${where}] alpha must be a number, got ${alpha}`);
}
