// The LSTM layer.
import type { Builder } from '../core/builder.ts';
import { expectCount, type Tensor } from '../core/tensor.ts';
import { lstmBackward } from '../kernels/lstm_backward.ts';
import { lstmForward } from '../kernels/lstm_forward.ts';
import { lstmSequenceBackward } from '../kernels/lstm_sequence_backward.ts';
import { lstmSequenceForward } from '../kernels/lstm_sequence_forward.ts';
import { lstmTiledBackward } from '../kernels/lstm_tiled_backward.ts';
import { lstmTiledForward } from '../kernels/lstm_tiled_forward.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, sizesOf } from './cell.ts';
import {
  type CellActivationOption,
  type CellOptions,
  cellActivation,
  expectClip,
  expectOneBias,
  isPlain,
} from './cell_options.ts';
import { generalLstm } from './general_lstm.ts';
import { type RecurrentLayer, type RecurrentOptions, recurrentLayer } from './recurrent.ts';
import type { BiasInitial } from './recurrent_weights.ts';
import { stepwise } from './strategy.ts';
import { type TileParams, tiled } from './tiles.ts';
import { walks } from './walks.ts';

/** Gates i,f,g,o; states h and c. */
export const lstmCell: Cell = {
  name: 'lstm',
  gates: 4,
  interleave: 4,
  states: 2,
  separateRecurrentBias: false,
  keepsExtra: false,
  twoLanes: true,
  forward: [
    stepwise<Recurrence>(4, 1, forwardSteps),
    ...tiled<Recurrence>(4, 4, 1, forwardSteps),
    ...walks<Recurrence>({
      product: lstmSequenceForward.product,
      weights: ({ recurrentKernel }) => recurrentKernel,
      emit(b, it, r, precision, walk) {
        const { mask, gates, h, c } = it;
        b.dispatch(lstmSequenceForward[precision], { r, mask, gates, h, c: c! }, { ...sizesOf(it), ...walk });
      },
    }),
  ],
  backward: [
    stepwise<BackwardRecurrence>(4, 1, backwardSteps),
    ...tiled<BackwardRecurrence>(4, 1, 1, backwardSteps),
    ...walks<BackwardRecurrence>({
      product: lstmSequenceBackward.product,
      weights: (r) => r.transposed(),
      emit(b, it, rt, precision, walk) {
        const { mask, c, gates, dh, dc } = it;
        const tensors = { rt, mask, c: c!, gates, dh, dc: dc! };
        b.dispatch(lstmSequenceBackward[precision], tensors, { ...sizesOf(it), ...walk });
      },
    }),
  ],
  products: ({ gates, units }) => [
    { left: 'h', right: gates, stride: 4 * units, offset: 0, columns: 4 * units, target: 0 },
  ],
};

function forwardSteps(b: Builder, r: Recurrence, tile?: TileParams): void {
  const { mask, gates, h } = r;
  const tensors = { r: r.recurrentKernel, mask, gates, h, c: r.c! };
  for (let t = 0; t < r.steps; t++) {
    const params = { t, ...sizesOf(r) };
    if (tile) b.dispatch(lstmTiledForward, tensors, { ...params, ...tile });
    else b.dispatch(lstmForward, tensors, params);
  }
}

function backwardSteps(b: Builder, r: BackwardRecurrence, tile?: TileParams): void {
  const { mask, gates, dh, steps } = r;
  const tensors = { rt: r.transposed(4), mask, c: r.c!, gates, dh, dc: r.dc! };
  for (let t = steps - 1; t >= 0; t--) {
    const params = { t, ...sizesOf(r), last: t === steps - 1 ? 1 : 0 };
    if (tile) b.dispatch(lstmTiledBackward, tensors, { ...params, ...tile });
    else b.dispatch(lstmBackward, tensors, params);
  }
}

export interface LstmOptions extends RecurrentOptions, CellOptions {
  /** g and h; default tanh. */
  activation?: CellActivationOption;
  /** f, of the gates; default sigmoid. */
  recurrentActivation?: CellActivationOption;
  /** h alone; default as `activation`. */
  outputActivation?: CellActivationOption;
  /** The gates see the cell state; default false. */
  peephole?: boolean;
  /** P: h is projected to so many outputs; default none. */
  projection?: number;
  /** Bounds the cell state after each step; default none. */
  cellClip?: number;
  /** Couples the gates: the forget gate is one minus the input gate, as ONNX' input_forget; default false. */
  inputForget?: boolean;
  /** Starts the forget gate's bias at one; default true, as Keras. */
  unitForgetBias?: boolean;
  /** Keeps two bias rows [2,4H] that are added, as PyTorch does; default false. */
  twoBiases?: boolean;
}

/**
 * An LSTM layer: x [N,T,D] to [N,T,H] (`returnSequences`) or [N,H]; with `returnState` to [out, h, c].
 *
 * i,f,o = σ(x·W + h·R + b), g = tanh(…), c' = f∘c + i∘g, h' = o∘tanh(c'); as Keras' LSTM (Hochreiter and
 * Schmidhuber 1997, forget gate of Gers et al. 2000). Parameters, in files and getWeights(): kernel [D,4H],
 * recurrent_kernel [H,4H], bias [4H], gate order i,f,c,o.
 *
 * With options, all of which go together, f, g and h are any activations: a = x·W + h·R + b within ±`clip`; i,f,o = f(a),
 * g = g(a), c' = f∘c + i∘g within ±`cellClip`, h' = o∘h(c').
 * - `peephole`: a_i += w_i∘c, a_f += w_f∘c, a_o += w_o∘c' (Gers and Schmidhuber 2000); parameter peephole [3,H], order i,f,o.
 * - `projection` P: h' = (o∘h(c'))·W_hr (Sak et al. 2014, torch's proj_size); parameter projection_kernel [H,P],
 *   recurrent_kernel [P,4H]; sequences and state h have P features.
 * - `inputForget`: f = 1 - i.
 * - `layerNormalization`: a = LN(x·W)∘γ_x + LN(h·R)∘γ_h + b, each LN over all 4H columns with epsilon 1e-3, and
 *   h' = o∘h(LN(c')∘γ_c + β_c) (Ba et al. 2016, eq. 20 to 22; their β_1 and β_2 are the one b); parameters kernel_gamma and
 *   recurrent_gamma [4H], state_gamma and state_beta [H]. Peepholes are added to a, what they see is not normalised.
 * @throws OptionError when `units` is no positive integer, an option does not exist, or normalised gates are to have two biases.
 */
export function lstm(options: LstmOptions & { returnState: true }): RecurrentLayer<readonly Tensor[]>;
export function lstm(options: LstmOptions): RecurrentLayer;
export function lstm(options: LstmOptions): RecurrentLayer<Tensor | readonly Tensor[]> {
  const { unitForgetBias = true, twoBiases = false } = options ?? {};
  const { cell, config } = cellOf(options ?? {});
  return recurrentLayer(options, {
    className: 'LSTM',
    cell,
    options: { unitForgetBias, twoBiases, ...config },
    twoBiasRows: twoBiases,
    ...(unitForgetBias && { biasInitial: forgetGateAtOne }),
  });
}

/** The cell for these options, the usual one where they are the defaults, and the options with their defaults. */
function cellOf(options: Partial<LstmOptions>): { cell: Cell; config: Record<string, unknown> } {
  const { activation = 'tanh', recurrentActivation = 'sigmoid', outputActivation = activation } = options;
  const { peephole = false, inputForget = false, layerNormalization = false, projection } = options;
  const { clip, cellClip, recurrentDropout = 0, name = 'lstm', twoBiases } = options;
  const f = cellActivation(recurrentActivation, `${name}/recurrentActivation`);
  const g = cellActivation(activation, `${name}/activation`);
  const h = cellActivation(outputActivation, `${name}/outputActivation`);
  if (layerNormalization) expectOneBias(name, twoBiases);
  const settings = {
    ...{
      recurrentActivation: f,
      activation: g,
      outputActivation: h,
      peephole,
      inputForget,
      layerNormalization,
    },
    projection: projection === undefined ? undefined : expectCount(projection, `${name}/projection`),
    clip: expectClip(clip, `${name}/clip`),
    cellClip: expectClip(cellClip, `${name}/cellClip`),
  };
  const usual = isPlain(f, 'sigmoid') && isPlain(g, 'tanh') && isPlain(h, 'tanh');
  const asked = peephole || inputForget || layerNormalization || projection !== undefined;
  const general = asked || !usual || settings.clip > 0 || settings.cellClip > 0 || recurrentDropout > 0;
  const config = { activation, recurrentActivation, outputActivation, peephole, projection, clip, cellClip };
  return {
    cell: general ? generalLstm(settings) : lstmCell,
    config: { ...config, inputForget, layerNormalization },
  };
}

/** Biases as their initializer gives them, but ones for the forget gate of the first row. */
const forgetGateAtOne: BiasInitial = ({ rows, units }, first) => {
  const bias = new Float64Array(rows * 4 * units).fill(1);
  bias.set(first([units]));
  bias.set(first([2 * units]), 2 * units);
  if (rows === 2) bias.set(first([4 * units]), 4 * units);
  return bias;
};
