// The LSTM with any activations, peepholes, a projection, layer normalisation, clips, coupled gates and recurrent dropout.
import type { Builder } from '../core/builder.ts';
import { givesFractions } from '../kernels/activation_kinds.ts';
import { carryRows } from '../kernels/carry_rows.ts';
import { activationParamsOf, type CellActivation } from '../kernels/cell_activations.ts';
import { layerNormBackward } from '../kernels/layer_norm_backward.ts';
import { layerNormForward } from '../kernels/layer_norm_forward.ts';
import { lstmOutputBackward } from '../kernels/lstm_output_backward.ts';
import { lstmOutputForward } from '../kernels/lstm_output_forward.ts';
import { lstmPointwiseBackward } from '../kernels/lstm_pointwise_backward.ts';
import { lstmPointwiseForward } from '../kernels/lstm_pointwise_forward.ts';
import { matmul } from '../kernels/matmul.ts';
import { nothing } from '../kernels/nothing.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, type StepPlace, stepsOf } from './cell.ts';
import { lstmWeightGradients } from './general_lstm_gradients.ts';
import { normalizedInput } from './normalized_input.ts';
import {
  EPSILON,
  type GateRange,
  gains,
  multiply,
  multiplyBackward,
  productSequences,
  type StateProduct,
  seenState,
  slotOf,
  throughMask,
} from './state_product.ts';

export interface LstmSettings {
  readonly recurrentActivation: CellActivation;
  readonly activation: CellActivation;
  readonly outputActivation: CellActivation;
  readonly peephole: boolean;
  /** f = 1 - i. */
  readonly inputForget: boolean;
  readonly projection: number | undefined;
  readonly layerNormalization: boolean;
  /** 0 clips nothing. */
  readonly clip: number;
  readonly cellClip: number;
}

const ALL: GateRange = [0, 4];

/** The LSTM of `lstm` in steps of a product and a dispatch for the rest; gates hold the arguments of the activations. */
export function generalLstm(settings: LstmSettings): Cell {
  const { recurrentActivation, activation, outputActivation, clip, cellClip, projection } = settings;
  const { peephole, inputForget, layerNormalization } = settings;
  const functions = activationParamsOf(recurrentActivation, activation, outputActivation, clip);
  const it: StateProduct = { gates: 4, blocks: layerNormalization ? [ALL] : undefined };
  const projected = projection === undefined ? 0 : 1;
  const step = (r: Recurrence, { time, before, after }: StepPlace) => ({
    ...{ t: time, before, after, batch: r.batch, units: r.units, masked: r.masked },
    ...{ projected, ...functions },
  });
  const params = (r: Recurrence, place: StepPlace) => ({
    ...step(r, place),
    ...{ peephole: peephole ? 1 : 0, coupled: inputForget ? 1 : 0 },
    ...{ normalized: layerNormalization ? 1 : 0, cell_clip: cellClip },
  });

  const forward = (b: Builder, r: Recurrence): void => {
    const { own, gates, mask, h, batch, units } = r;
    const { sums, output: y = h, s, state_stats: stats, projection_kernel: kernel } = own!;
    const c = r.c!;
    const peepholes = own!.peephole ?? nothing(b);
    for (const place of stepsOf(r)) {
      const { time, before, after } = place;
      const to = { tensor: sums, offset: 0 };
      multiply(b, it, r, { time, left: seenState(b, r, place), range: ALL, to });
      b.dispatch(lstmPointwiseForward, { sums, mask, peepholes, gates, c, y }, params(r, place));
      if (layerNormalization) {
        layerNormForward(b, {
          ...{ x: slotOf(b, c, after), y: slotOf(b, s, time), stats: slotOf(b, stats, time) },
          ...{ gamma: own!.state_gamma, beta: own!.state_beta, rows: batch, cols: units, epsilon: EPSILON },
        });
        b.dispatch(lstmOutputForward, { mask, gates, s, y }, step(r, place));
      }
      if (projection === undefined) continue;
      matmul(b, {
        a: { tensor: slotOf(b, y, time), rows: batch, cols: units },
        b: { tensor: kernel, rows: units, cols: projection },
        c: { tensor: slotOf(b, h, after), rows: batch, cols: projection },
      });
      if (r.masked) carry(b, r, h, { time, source: before, target: after, accumulate: 0 });
    }
  };
  const backward = (b: Builder, r: BackwardRecurrence): void => {
    const { own, gates, mask, dh, batch, units } = r;
    const { d_output, s, ds, d_state, state_stats: stats, projection_kernel: kernel } = own!;
    const [c, dc] = [r.c!, r.dc!];
    const peepholes = own!.peephole ?? nothing(b);
    const dy = d_output ?? dh;
    for (const [i, place] of [...stepsOf(r).entries()].reverse()) {
      const { time, before, after } = place;
      if (projection !== undefined) {
        matmul(b, {
          a: { tensor: slotOf(b, dh, after), rows: batch, cols: projection },
          b: { tensor: kernel, rows: units, cols: projection, transposed: true },
          c: { tensor: d_output, rows: batch, cols: units },
        });
      }
      if (layerNormalization) {
        b.dispatch(lstmOutputBackward, { mask, s, dy, gates, ds }, step(r, place));
        layerNormBackward(b, {
          ...{ x: slotOf(b, c, after), stats: slotOf(b, stats, time), gamma: own!.state_gamma },
          ...{ dy: slotOf(b, ds, time), dx: d_state, rows: batch, cols: units, accumulate: 0 },
        });
      }
      const tensors = { mask, peepholes, c, d_state: d_state ?? nothing(b), gates, dy, dc };
      b.dispatch(lstmPointwiseBackward, tensors, params(r, place));
      if (projected && r.masked) carry(b, r, dh, { time, source: after, target: before, accumulate: 1 });
      const of = { time, range: ALL, dSums: { tensor: gates, offset: time * batch * 4 * units } };
      if (i > 0 || r.toInitial)
        throughMask(b, r, place, (into) => multiplyBackward(b, it, r, { ...of, into }));
      else multiplyBackward(b, it, r, { ...of, into: undefined });
    }
  };
  return {
    name: 'lstm',
    givesFractions:
      projection === undefined &&
      givesFractions(recurrentActivation.name) &&
      givesFractions(outputActivation.name),
    gates: 4,
    interleave: 1,
    states: 2,
    separateRecurrentBias: false,
    keepsExtra: false,
    completesInitial: true,
    projection,
    forward: [{ name: 'pointwise', estimate: () => 0, emit: forward }],
    backward: [{ name: 'pointwise', estimate: () => 0, emit: backward }],
    weights: (units) => [
      ...(peephole ? [{ name: 'peephole', shape: [3, units], initializer: 'glorotUniform' as const }] : []),
      ...(projection === undefined
        ? []
        : [
            {
              ...{ name: 'projection_kernel', shape: [units, projection] },
              initializer: 'glorotUniform' as const,
            },
          ]),
      ...gains(it, units),
      ...(layerNormalization
        ? [
            { name: 'state_gamma', shape: [units], initializer: 'ones' as const },
            { name: 'state_beta', shape: [units], initializer: 'zeros' as const },
          ]
        : []),
    ],
    keeps: (b, r) => {
      const { steps, batch, units } = r;
      const { training } = b;
      return {
        ...productSequences(b, it, r),
        sums: b.scratch('sums', [batch, 4 * units]),
        ...(projected && { output: b.scratch('output', [steps, batch, units]) }),
        ...(projected && training && { d_output: b.scratch('d output', [batch, units]) }),
        ...(layerNormalization && {
          s: b.scratch('normalised c', [steps, batch, units]),
          state_stats: b.scratch('c stats', [steps, batch, 2]),
        }),
        ...(layerNormalization &&
          training && {
            ds: b.scratch('d normalised c', [steps, batch, units]),
            d_state: b.scratch('d c', [batch, units]),
          }),
      };
    },
    ...(it.blocks && { inputProduct: normalizedInput.bind(undefined, it.blocks) }),
    weightGradients: (b, r) => lstmWeightGradients(b, it, r),
    products: ({ own, gates, units }) => [
      {
        ...{ left: own!.masked ?? 'h', right: own!.dProducts ?? gates, summed: gates },
        ...{ stride: 4 * units, offset: 0, columns: 4 * units, target: 0 },
      },
    ],
  };
}

/** Lets masked rows of a projected sequence go on from slot to slot. */
function carry(
  b: Builder,
  { mask, batch }: Recurrence,
  sequence: Recurrence['h'],
  at: { time: number; source: number; target: number; accumulate: 0 | 1 },
): void {
  const { time, source, target, accumulate } = at;
  const cols = sequence.shape.at(-1)!;
  const slots = { source_slot: source, target_slot: target };
  b.dispatch(carryRows, { mask, sequence }, { t: time, batch, cols, ...slots, accumulate });
}
