// The plain recurrent layer.
import { OptionError } from '../core/errors.ts';
import { recurrentActivations } from '../kernels/activations.ts';
import { rnnBackward } from '../kernels/rnn_backward.ts';
import { rnnForward } from '../kernels/rnn_forward.ts';
import type { Cell } from './cell.ts';
import { type RecurrentLayer, type RecurrentOptions, recurrentLayer } from './recurrent.ts';

export type RnnActivation = (typeof recurrentActivations)[number];

/** One gate, which is the state; the activation is a constant of its kernels. */
export function rnnCell(activation: RnnActivation): Cell {
  const kind = recurrentActivations.indexOf(activation);
  if (kind < 0) {
    throw new OptionError(
      `[simple_rnn/activation] there is no ${activation} here; there are ${recurrentActivations.join(', ')}`,
    );
  }
  return {
    name: 'simple_rnn',
    gates: 1,
    interleave: 1,
    states: 1,
    separateRecurrentBias: false,
    keepsExtra: false,
    forward(b, { recurrentKernel: r, mask, gates: x, h, batch, units, masked }, t) {
      b.dispatch(rnnForward, { r, mask, x, h }, { t, batch, units, masked, activation: kind });
    },
    backward(b, { transposed: rt, mask, h, gates: da, dh, batch, units, masked, steps }, t) {
      const last = t === steps - 1 ? 1 : 0;
      b.dispatch(rnnBackward, { rt, mask, h, da, dh }, { t, batch, units, masked, last, activation: kind });
    },
    products: ({ gates, units }) => [
      { left: 'h', right: gates, stride: units, offset: 0, columns: units, target: 0 },
    ],
  };
}

export interface SimpleRnnOptions extends RecurrentOptions {
  /** Default tanh. */
  activation?: RnnActivation;
  /** Keeps two bias rows [2,H] that are added, as PyTorch does; default false. */
  twoBiases?: boolean;
}

/**
 * A plain recurrent layer: x [T,N,D] to [T,N,H] (`returnSequences`) or [N,H].
 *
 * h' = tanh(x·W + h·R + b), as Keras' SimpleRNN (Elman 1990). Parameters: kernel [D,H], recurrent_kernel [H,H],
 * bias [H].
 * @throws OptionError when `units` is no positive integer.
 */
export function simpleRNN(options: SimpleRnnOptions): RecurrentLayer {
  return recurrentLayer(options, {
    cell: rnnCell(options?.activation ?? 'tanh'),
    twoBiasRows: options?.twoBiases ?? false,
    options: ['activation', 'twoBiases'],
  });
}
