// The GRU layer, with the reset gate after or before the recurrent product.
import type { Builder } from '../core/builder.ts';
import type { Tensor } from '../core/tensor.ts';
import { gruBackward } from '../kernels/gru_backward.ts';
import { gruBeforeCandidate } from '../kernels/gru_before_candidate.ts';
import { gruBeforeCandidateBackward } from '../kernels/gru_before_candidate_backward.ts';
import { gruBeforeGates } from '../kernels/gru_before_gates.ts';
import { gruBeforeGatesBackward } from '../kernels/gru_before_gates_backward.ts';
import { gruBeforeSequenceBackward } from '../kernels/gru_before_sequence_backward.ts';
import { gruBeforeSequenceForward } from '../kernels/gru_before_sequence_forward.ts';
import { gruBeforeTiledCandidate } from '../kernels/gru_before_tiled_candidate.ts';
import { gruBeforeTiledCandidateBackward } from '../kernels/gru_before_tiled_candidate_backward.ts';
import { gruBeforeTiledGates } from '../kernels/gru_before_tiled_gates.ts';
import { gruBeforeTiledGatesBackward } from '../kernels/gru_before_tiled_gates_backward.ts';
import { gruForward } from '../kernels/gru_forward.ts';
import { gruSequenceBackward } from '../kernels/gru_sequence_backward.ts';
import { gruSequenceForward } from '../kernels/gru_sequence_forward.ts';
import { gruTiledBackward } from '../kernels/gru_tiled_backward.ts';
import { gruTiledForward } from '../kernels/gru_tiled_forward.ts';
import { nothing } from '../kernels/nothing.ts';
import {
  type BackwardRecurrence,
  type Cell,
  type Recurrence,
  type RecurrentProduct,
  sizesOf,
} from './cell.ts';
import {
  type CellActivationOption,
  type CellOptions,
  cellActivation,
  expectClip,
  isPlain,
} from './cell_options.ts';
import { generalGru } from './general_gru.ts';
import { type RecurrentLayer, type RecurrentOptions, recurrentLayer } from './recurrent.ts';
import { stepwise } from './strategy.ts';
import { type TileParams, tiled } from './tiles.ts';
import { walks } from './walks.ts';

/** Gates z,r,h with the reset after the product; the extra sequence is h·R_h + b_h, its gradient after the backward pass. */
export const gruCell: Cell = {
  name: 'gru',
  gates: 3,
  interleave: 1,
  states: 1,
  separateRecurrentBias: true,
  keepsExtra: true,
  twoLanes: true,
  forward: [
    stepwise<Recurrence>(3, 1, forwardSteps),
    ...tiled<Recurrence>(3, 3, 1, forwardSteps),
    ...walks<Recurrence>({
      product: gruSequenceForward.product,
      weights: ({ recurrentKernel }) => recurrentKernel,
      emit(b, it, r, precision, walk) {
        const { recurrentBias, mask, gates, h, extra } = it;
        const tensors = { r, bias: recurrentBias ?? nothing(b), mask, gates, q: extra!, h };
        const params = { ...sizesOf(it), biased: recurrentBias ? 1 : 0, ...walk };
        b.dispatch(gruSequenceForward[precision], tensors, params);
      },
    }),
  ],
  backward: [
    stepwise<BackwardRecurrence>(3, 1, backwardSteps),
    ...tiled<BackwardRecurrence>(3, 1, 1, backwardSteps),
    ...walks<BackwardRecurrence>({
      product: gruSequenceBackward.product,
      weights: (r) => r.transposed(),
      emit(b, it, rt, precision, walk) {
        const { mask, h, gates, extra, dh } = it;
        const params = { ...sizesOf(it), ...walk };
        b.dispatch(gruSequenceBackward[precision], { rt, mask, h, gates, q: extra!, dh }, params);
      },
    }),
  ],
  products: (r) => candidateApart(r, { left: 'h', right: r.extra!, stride: r.units, offset: 0 }),
};

/** Gates z,r,h with the reset before the product: h̃ = tanh(x·W + (r∘h)·R); the extra sequence is r∘h. */
export const gruResetBeforeCell: Cell = {
  name: 'gru',
  gates: 3,
  interleave: 1,
  states: 1,
  separateRecurrentBias: false,
  keepsExtra: true,
  twoLanes: true,
  variant: ' reset before',
  forward: [
    stepwise<Recurrence>(3, 2, resetBeforeSteps),
    ...tiled<Recurrence>(3, 2, 2, resetBeforeSteps),
    ...walks<Recurrence>({
      product: gruBeforeSequenceForward.product,
      weights: ({ recurrentKernel }) => recurrentKernel,
      emit(b, it, r, precision, walk) {
        const { mask, gates, h, extra } = it;
        const params = { ...sizesOf(it), ...walk };
        b.dispatch(gruBeforeSequenceForward[precision], { r, mask, gates, rh: extra!, h }, params);
      },
    }),
  ],
  backward: [
    stepwise<BackwardRecurrence>(3, 2, resetBeforeStepsBackward),
    ...tiled<BackwardRecurrence>(3, 1, 2, resetBeforeStepsBackward),
    ...walks<BackwardRecurrence>({
      product: gruBeforeSequenceBackward.product,
      weights: (r) => r.transposed(),
      emit(b, it, rt, precision, walk) {
        const { mask, h, gates, dh } = it;
        const params = { ...sizesOf(it), ...walk };
        b.dispatch(gruBeforeSequenceBackward[precision], { rt, mask, h, gates, dh }, params);
      },
    }),
  ],
  products: (r) =>
    candidateApart(r, { left: 'extra', right: r.gates, stride: 3 * r.units, offset: 2 * r.units }),
};

function forwardSteps(b: Builder, r: Recurrence, tile?: TileParams): void {
  const { recurrentKernel, recurrentBias, mask, gates, h, extra } = r;
  const biased = recurrentBias ? 1 : 0;
  const tensors = { r: recurrentKernel, bias: recurrentBias ?? nothing(b), mask, gates, q: extra!, h };
  for (let t = 0; t < r.steps; t++) {
    const params = { t, ...sizesOf(r), biased };
    if (tile) b.dispatch(gruTiledForward, tensors, { ...params, ...tile });
    else b.dispatch(gruForward, tensors, params);
  }
}

function backwardSteps(b: Builder, r: BackwardRecurrence, tile?: TileParams): void {
  const { mask, h, gates, extra, dh, steps } = r;
  const tensors = { rt: r.transposed(), mask, h, gates, q: extra!, dh };
  for (let t = steps - 1; t >= 0; t--) {
    const params = { t, ...sizesOf(r), last: t === steps - 1 ? 1 : 0 };
    if (tile) b.dispatch(gruTiledBackward, tensors, { ...params, ...tile });
    else b.dispatch(gruBackward, tensors, params);
  }
}

function resetBeforeSteps(b: Builder, r: Recurrence, tile?: TileParams): void {
  const { mask, h, gates } = r;
  const tensors = { r: r.recurrentKernel, mask, rh: r.extra!, h, gates };
  for (let t = 0; t < r.steps; t++) {
    const params = { t, ...sizesOf(r) };
    if (tile) {
      b.dispatch(gruBeforeTiledGates, tensors, { ...params, ...tile });
      b.dispatch(gruBeforeTiledCandidate, tensors, { ...params, ...tile });
    } else {
      b.dispatch(gruBeforeGates, tensors, params);
      b.dispatch(gruBeforeCandidate, tensors, params);
    }
  }
}

function resetBeforeStepsBackward(b: Builder, r: BackwardRecurrence, tile?: TileParams): void {
  const { mask, h, gates, dh, steps } = r;
  const tensors = { rt: r.transposed(), mask, h, gates, dh };
  for (let t = steps - 1; t >= 0; t--) {
    const params = { t, ...sizesOf(r) };
    const last = t === steps - 1 ? 1 : 0;
    if (tile) {
      b.dispatch(gruBeforeTiledCandidateBackward, tensors, { ...params, last, ...tile });
      b.dispatch(gruBeforeTiledGatesBackward, tensors, { ...params, ...tile });
    } else {
      b.dispatch(gruBeforeCandidateBackward, tensors, { ...params, last });
      b.dispatch(gruBeforeGatesBackward, tensors, params);
    }
  }
}

/** The products of gates z and r in one, that of the candidate on its own. */
function candidateApart(
  { gates, units }: Recurrence,
  candidate: Pick<RecurrentProduct, 'left' | 'right' | 'stride' | 'offset'>,
): RecurrentProduct[] {
  return [
    { left: 'h', right: gates, stride: 3 * units, offset: 0, columns: 2 * units, target: 0 },
    { ...candidate, columns: units, target: 2 * units },
  ];
}

export interface GruOptions extends RecurrentOptions, CellOptions {
  /** g, of the candidate; default tanh. */
  activation?: CellActivationOption;
  /** f, of the gates; default sigmoid. */
  recurrentActivation?: CellActivationOption;
  /** Applies the reset gate to h·R_h instead of to h; default true, as Keras. */
  resetAfter?: boolean;
}

/**
 * A GRU layer: x [N,T,D] to [N,T,H] (`returnSequences`) or [N,H]; with `returnState` to [out, h].
 *
 * z,r = σ(x·W + h·R + b); h̃ = tanh(x·W_h + b_h + r∘(h·R_h + b'_h)), or with `resetAfter: false`
 * h̃ = tanh(x·W_h + b_h + (r∘h)·R_h); h' = z∘h + (1-z)∘h̃; as Keras' GRU (Cho et al. 2014). Parameters: kernel
 * [D,3H], recurrent_kernel [H,3H], bias [2,3H] (input row, recurrent row) or [3H]; gate order z,r,h.
 *
 * With options σ and tanh are any activations f and g, and their arguments lie within ±`clip`. `layerNormalization` takes
 * LN(x·W)∘γ_x for x·W and LN(h·R)∘γ_h for h·R (Ba et al. 2016, supplement), gates and candidate normalised apart, over
 * 2H and H columns, with epsilon 1e-3; parameters kernel_gamma and recurrent_gamma [3H].
 * @throws OptionError when `units` is no positive integer, or an option does not exist.
 */
export function gru(options: GruOptions & { returnState: true }): RecurrentLayer<readonly Tensor[]>;
export function gru(options: GruOptions): RecurrentLayer;
export function gru(options: GruOptions): RecurrentLayer<Tensor | readonly Tensor[]> {
  const { resetAfter = true } = options ?? {};
  const { cell, config } = cellOf(options ?? {}, resetAfter);
  return recurrentLayer(options, { className: 'GRU', cell, options: { resetAfter, ...config } });
}

/** The cell for these options, a usual one where they are the defaults, and the options with their defaults. */
function cellOf(
  options: Partial<GruOptions>,
  resetAfter: boolean,
): { cell: Cell; config: Record<string, unknown> } {
  const { activation = 'tanh', recurrentActivation = 'sigmoid', layerNormalization = false } = options;
  const { clip, recurrentDropout = 0, name = 'gru' } = options;
  const f = cellActivation(recurrentActivation, `${name}/recurrentActivation`);
  const g = cellActivation(activation, `${name}/activation`);
  const bound = expectClip(clip, `${name}/clip`);
  const usual = isPlain(f, 'sigmoid') && isPlain(g, 'tanh');
  const general = !usual || layerNormalization || bound > 0 || recurrentDropout > 0;
  const settings = { activation: g, recurrentActivation: f, resetAfter, layerNormalization, clip: bound };
  return {
    cell: general ? generalGru(settings) : resetAfter ? gruCell : gruResetBeforeCell,
    config: { activation, recurrentActivation, layerNormalization, clip },
  };
}
