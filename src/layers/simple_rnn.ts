// The plain recurrent layer.
import type { Builder } from '../core/builder.ts';
import { OptionError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { givesFractions } from '../kernels/activation_kinds.ts';
import { recurrentActivations } from '../kernels/activations.ts';
import { rnnBackward } from '../kernels/rnn_backward.ts';
import { rnnForward } from '../kernels/rnn_forward.ts';
import { rnnSequenceBackward } from '../kernels/rnn_sequence_backward.ts';
import { rnnSequenceForward } from '../kernels/rnn_sequence_forward.ts';
import { rnnTiledBackward } from '../kernels/rnn_tiled_backward.ts';
import { rnnTiledForward } from '../kernels/rnn_tiled_forward.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, sizesOf } from './cell.ts';
import {
  type CellActivationOption,
  type CellOptions,
  cellActivation,
  expectClip,
  expectOneBias,
  isPlain,
} from './cell_options.ts';
import { generalRnn } from './general_rnn.ts';
import { type RecurrentLayer, type RecurrentOptions, recurrentLayer } from './recurrent.ts';
import { stepwise } from './strategy.ts';
import { type TileParams, tiled } from './tiles.ts';
import { walks } from './walks.ts';

export type RnnActivation = (typeof recurrentActivations)[number];

/** One gate, which is the state; the activation is a constant of its kernels. */
export function rnnCell(activation: RnnActivation): Cell {
  const kind = recurrentActivations.indexOf(activation);
  if (kind < 0) {
    throw new OptionError(
      `[simple_rnn/activation] there is no ${activation} here; there are ${recurrentActivations.join(', ')}`,
    );
  }
  const forward = (b: Builder, r: Recurrence, tile?: TileParams): void => {
    const { mask, gates: x, h } = r;
    const tensors = { r: r.recurrentKernel, mask, x, h };
    for (let t = 0; t < r.steps; t++) {
      const params = { t, ...sizesOf(r), activation: kind };
      if (tile) b.dispatch(rnnTiledForward, tensors, { ...params, ...tile });
      else b.dispatch(rnnForward, tensors, params);
    }
  };
  const backward = (b: Builder, r: BackwardRecurrence, tile?: TileParams): void => {
    const { mask, h, gates: da, dh, steps } = r;
    const rt = r.transposed();
    for (let t = steps - 1; t >= 0; t--) {
      const params = { t, ...sizesOf(r), last: t === steps - 1 ? 1 : 0, activation: kind };
      if (tile) b.dispatch(rnnTiledBackward, { rt, mask, h, da, dh }, { ...params, ...tile });
      else b.dispatch(rnnBackward, { rt, mask, h, da, dh }, params);
    }
  };
  return {
    name: 'simple_rnn',
    givesFractions: givesFractions(activation),
    gates: 1,
    interleave: 1,
    states: 1,
    separateRecurrentBias: false,
    keepsExtra: false,
    twoLanes: true,
    forward: [
      stepwise<Recurrence>(1, 1, forward),
      ...tiled<Recurrence>(1, 1, 1, forward),
      ...walks<Recurrence>({
        product: rnnSequenceForward.product,
        weights: ({ recurrentKernel }) => recurrentKernel,
        emit(b, it, r, precision, walk) {
          const { mask, gates: x, h } = it;
          const params = { ...sizesOf(it), activation: kind, ...walk };
          b.dispatch(rnnSequenceForward[precision], { r, mask, x, h }, params);
        },
      }),
    ],
    backward: [
      stepwise<BackwardRecurrence>(1, 1, backward),
      ...tiled<BackwardRecurrence>(1, 1, 1, backward),
      ...walks<BackwardRecurrence>({
        product: rnnSequenceBackward.product,
        weights: (r) => r.transposed(),
        emit(b, it, rt, precision, walk) {
          const { mask, h, gates: da, dh } = it;
          const params = { ...sizesOf(it), activation: kind, ...walk };
          b.dispatch(rnnSequenceBackward[precision], { rt, mask, h, da, dh }, params);
        },
      }),
    ],
    products: ({ gates, units }) => [
      { left: 'h', right: gates, stride: units, offset: 0, columns: units, target: 0 },
    ],
  };
}

export interface SimpleRnnOptions extends RecurrentOptions, CellOptions {
  /** f; default tanh. */
  activation?: CellActivationOption;
  /** Keeps two bias rows [2,H] that are added, as PyTorch does; default false. */
  twoBiases?: boolean;
}

/**
 * A plain recurrent layer: x [N,T,D] to [N,T,H] (`returnSequences`) or [N,H]; with `returnState` to [out, h].
 *
 * h' = tanh(x·W + h·R + b), as Keras' SimpleRNN (Elman 1990). Parameters: kernel [D,H], recurrent_kernel [H,H],
 * bias [H].
 *
 * With options tanh is any activation f, and its argument lies within ±`clip`. `layerNormalization`:
 * h' = f(LN(x·W)∘γ_x + LN(h·R)∘γ_h + b), each LN over all H columns with epsilon 1e-3 (Ba et al. 2016); parameters
 * kernel_gamma and recurrent_gamma [H].
 * @throws OptionError when `units` is no positive integer, an option does not exist, or a normalised cell is to have two biases.
 */
export function simpleRNN(
  options: SimpleRnnOptions & { returnState: true },
): RecurrentLayer<readonly Tensor[]>;
export function simpleRNN(options: SimpleRnnOptions): RecurrentLayer;
export function simpleRNN(options: SimpleRnnOptions): RecurrentLayer<Tensor | readonly Tensor[]> {
  const { activation = 'tanh', twoBiases = false } = options ?? {};
  const { layerNormalization = false, clip, recurrentDropout = 0, name = 'simple_rnn' } = options ?? {};
  const f = cellActivation(activation, `${name}/activation`);
  if (layerNormalization) expectOneBias(name, twoBiases);
  const bound = expectClip(clip, `${name}/clip`);
  const fused = recurrentActivations.find((it) => isPlain(f, it));
  const general = layerNormalization || bound > 0 || recurrentDropout > 0;
  return recurrentLayer(options, {
    className: 'SimpleRNN',
    cell: fused && !general ? rnnCell(fused) : generalRnn({ activation: f, layerNormalization, clip: bound }),
    twoBiasRows: twoBiases,
    options: { activation, twoBiases, layerNormalization, clip },
  });
}
