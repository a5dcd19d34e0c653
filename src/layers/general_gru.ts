// The GRU with any activations, layer normalisation and recurrent dropout, the reset gate after or before the product.
import type { Builder } from '../core/builder.ts';
import { givesFractions } from '../kernels/activation_kinds.ts';
import { activationParamsOf, type CellActivation } from '../kernels/cell_activations.ts';
import { gruPointwiseBackward } from '../kernels/gru_pointwise_backward.ts';
import { gruPointwiseForward } from '../kernels/gru_pointwise_forward.ts';
import { gruResetBackward } from '../kernels/gru_reset_backward.ts';
import { gruResetForward } from '../kernels/gru_reset_forward.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, type StepPlace, stepsOf } from './cell.ts';
import { normalizedInput } from './normalized_input.ts';
import {
  type GateRange,
  gainGradient,
  gains,
  multiply,
  multiplyBackward,
  productSequences,
  type StateProduct,
  seenAt,
  seenState,
  slotOf,
  throughMask,
} from './state_product.ts';

export interface GruSettings {
  readonly activation: CellActivation;
  readonly recurrentActivation: CellActivation;
  readonly resetAfter: boolean;
  readonly layerNormalization: boolean;
  /** 0 clips nothing. */
  readonly clip: number;
}

const ALL: GateRange = [0, 3];
const GATES: GateRange = [0, 2];
const CANDIDATE: GateRange = [2, 1];

/**
 * z,r = f(x·W + h·R + b), n = g(x·W + b + r∘(h·R + b')) or g(x·W + b + (r∘h)·R), h' = z∘h + (1-z)∘n, in steps of products
 * and dispatches for the rest; gates hold the arguments of f and g.
 */
export function generalGru(settings: GruSettings): Cell {
  const { activation: g, recurrentActivation: f, resetAfter, layerNormalization, clip } = settings;
  const functions = activationParamsOf(f, g, g, clip);
  const it: StateProduct = { gates: 3, blocks: layerNormalization ? [GATES, CANDIDATE] : undefined };
  const sumsAt = (r: Recurrence, { time }: StepPlace) => (resetAfter ? time * r.batch * 3 * r.units : 0);
  const params = (r: Recurrence, place: StepPlace) => ({
    ...{ t: place.time, before: place.before, after: place.after },
    ...{ batch: r.batch, units: r.units, masked: r.masked },
    ...{ reset_after: resetAfter ? 1 : 0, sums_at: sumsAt(r, place), ...functions },
  });

  const forward = (b: Builder, r: Recurrence): void => {
    const { own, gates, mask, h, batch, units } = r;
    const { sums, rh } = own!;
    for (const place of stepsOf(r)) {
      const { time } = place;
      const to = { tensor: sums, offset: sumsAt(r, place) };
      const left = seenState(b, r, place);
      multiply(b, it, r, { time, left, range: resetAfter ? ALL : GATES, to });
      if (!resetAfter) {
        const { tensor: state, offset } = seenAt(r, place);
        const reset = { t: time, batch, units, state_at: offset, ...functions };
        b.dispatch(gruResetForward, { sums, state, gates, rh }, reset);
        multiply(b, it, r, { time, left: slotOf(b, rh, time), range: CANDIDATE, to });
      }
      b.dispatch(gruPointwiseForward, { mask, sums, gates, h }, params(r, place));
    }
  };
  const backward = (b: Builder, r: BackwardRecurrence): void => {
    const { own, gates, mask, h, dh, batch, units } = r;
    const { sums, drh, dMasked } = own!;
    for (const [i, place] of [...stepsOf(r).entries()].reverse()) {
      const { time, before } = place;
      const at = time * batch * 3 * units;
      b.dispatch(gruPointwiseBackward, { mask, h, sums, gates, dh }, params(r, place));
      const dSums = { tensor: resetAfter ? sums : gates, offset: at };
      if (!resetAfter) {
        multiplyBackward(b, it, r, {
          ...{ time, range: CANDIDATE, dSums, into: { tensor: drh, accumulate: 0 } },
        });
        const { tensor: state, offset } = seenAt(r, place);
        b.dispatch(
          gruResetBackward,
          { drh, state, gates, d_state: dMasked ?? dh },
          {
            ...{ t: time, batch, units, state_at: offset, ...functions },
            ...{ d_state_at: dMasked ? 0 : before * batch * units, accumulate: dMasked ? 0 : 1 },
          },
        );
      }
      const of = { time, range: resetAfter ? ALL : GATES, dSums };
      if (i === 0 && !r.toInitial) {
        multiplyBackward(b, it, r, { ...of, into: undefined });
        continue;
      }
      throughMask(b, r, place, ({ tensor, accumulate }) =>
        // What came through the reset gate lies there already.
        multiplyBackward(b, it, r, {
          ...{ ...of, into: { tensor, accumulate: resetAfter ? accumulate : 1 } },
        }),
      );
    }
  };
  return {
    name: 'gru',
    givesFractions: givesFractions(f.name) && givesFractions(g.name),
    gates: 3,
    interleave: 1,
    states: 1,
    separateRecurrentBias: resetAfter,
    keepsExtra: false,
    completesInitial: true,
    forward: [{ name: 'pointwise', estimate: () => 0, emit: forward }],
    backward: [{ name: 'pointwise', estimate: () => 0, emit: backward }],
    weights: (units) => gains(it, units),
    keeps: (b, r) => ({
      ...productSequences(b, it, r),
      sums: b.scratch('sums', [resetAfter ? r.steps : 1, r.batch, 3 * r.units]),
      ...(!resetAfter && { rh: b.scratch('reset h', [r.steps, r.batch, r.units]) }),
      ...(!resetAfter && b.training && { drh: b.scratch('d reset h', [r.batch, r.units]) }),
    }),
    ...(it.blocks && { inputProduct: normalizedInput.bind(undefined, it.blocks) }),
    weightGradients: (b, r) => gainGradient(b, it, r, resetAfter ? r.own!.sums : r.gates),
    products: ({ own, gates, units }) => {
      const { masked, rh, sums, dProducts } = own!;
      const summed = resetAfter ? sums : gates;
      const shared = { right: dProducts ?? summed, summed, stride: 3 * units };
      const ranges = resetAfter ? [ALL] : [GATES, CANDIDATE];
      return ranges.map((range) => ({
        left: range === CANDIDATE ? rh : (masked ?? 'h'),
        ...{ ...shared, offset: range[0] * units, columns: range[1] * units, target: range[0] * units },
      }));
    },
  };
}
