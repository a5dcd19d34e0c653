// The LSTM layer.
import { lstmBackward } from '../kernels/lstm_backward.ts';
import { lstmForward } from '../kernels/lstm_forward.ts';
import { lstmSequenceBackward } from '../kernels/lstm_sequence_backward.ts';
import { lstmSequenceForward } from '../kernels/lstm_sequence_forward.ts';
import type { BackwardRecurrence, Cell, Recurrence } from './cell.ts';
import { type RecurrentLayer, type RecurrentOptions, recurrentLayer } from './recurrent.ts';
import { stepwise } from './strategy.ts';
import { walks } from './walks.ts';

/** Gates i,f,g,o; states h and c. */
export const lstmCell: Cell = {
  name: 'lstm',
  gates: 4,
  interleave: 4,
  states: 2,
  separateRecurrentBias: false,
  keepsExtra: false,
  forward: [
    stepwise<Recurrence>(
      4,
      1,
      (b, { recurrentKernel: r, mask, gates, h, c, batch, units, masked, steps }) => {
        for (let t = 0; t < steps; t++) {
          b.dispatch(lstmForward, { r, mask, gates, h, c: c! }, { t, batch, units, masked });
        }
      },
    ),
    ...walks<Recurrence>({
      ...{ gates: 4, parts: 1, phases: 1, blocks: 1 },
      weights: ({ recurrentKernel }) => recurrentKernel,
      emit(b, { mask, gates, h, c, steps, batch, units, masked }, r, precision, walk) {
        const params = { steps, batch, units, masked, ...walk };
        b.dispatch(lstmSequenceForward[precision], { r, mask, gates, h, c: c! }, params);
      },
    }),
  ],
  backward: [
    stepwise<BackwardRecurrence>(
      4,
      1,
      (b, { transposed: rt, mask, c, gates, dh, dc, batch, units, masked, steps }) => {
        for (let t = steps - 1; t >= 0; t--) {
          const last = t === steps - 1 ? 1 : 0;
          b.dispatch(
            lstmBackward,
            { rt, mask, c: c!, gates, dh, dc: dc! },
            { t, batch, units, masked, last },
          );
        }
      },
    ),
    ...walks<BackwardRecurrence>({
      ...{ gates: 4, parts: 4, phases: 1, blocks: 1 },
      weights: ({ transposed }) => transposed,
      emit(b, { mask, c, gates, dh, dc, steps, batch, units, masked }, rt, precision, walk) {
        const params = { steps, batch, units, masked, ...walk };
        b.dispatch(lstmSequenceBackward[precision], { rt, mask, c: c!, gates, dh, dc: dc! }, params);
      },
    }),
  ],
  products: ({ gates, units }) => [
    { left: 'h', right: gates, stride: 4 * units, offset: 0, columns: 4 * units, target: 0 },
  ],
};

export interface LstmOptions extends RecurrentOptions {
  /** Starts the forget gate's bias at one; default true, as Keras. */
  unitForgetBias?: boolean;
  /** Keeps two bias rows [2,4H] that are added, as PyTorch does; default false. */
  twoBiases?: boolean;
}

/**
 * An LSTM layer: x [T,N,D] to [T,N,H] (`returnSequences`) or [N,H].
 *
 * i,f,o = σ(x·W + h·R + b), g = tanh(…), c' = f∘c + i∘g, h' = o∘tanh(c'); as Keras' LSTM (Hochreiter and
 * Schmidhuber 1997, forget gate of Gers et al. 2000). Parameters, in files and getWeights(): kernel [D,4H],
 * recurrent_kernel [H,4H], bias [4H], gate order i,f,c,o.
 * @throws OptionError when `units` is no positive integer.
 */
export function lstm(options: LstmOptions): RecurrentLayer {
  const forgetBias = options?.unitForgetBias ?? true;
  return recurrentLayer(options, {
    cell: lstmCell,
    options: ['unitForgetBias', 'twoBiases'],
    twoBiasRows: options?.twoBiases ?? false,
    ...(forgetBias && !options?.biasInitializer && { biasInitial: unitForgetBias }),
  });
}

function unitForgetBias(rows: number, units: number): Float64Array {
  const bias = new Float64Array(rows * 4 * units);
  bias.fill(1, units, 2 * units);
  return bias;
}
