// The plain recurrent cell with any activation, layer normalisation and recurrent dropout.
import type { Builder } from '../core/builder.ts';
import { givesFractions } from '../kernels/activation_kinds.ts';
import { activationParamsOf, type CellActivation } from '../kernels/cell_activations.ts';
import { rnnPointwiseBackward } from '../kernels/rnn_pointwise_backward.ts';
import { rnnPointwiseForward } from '../kernels/rnn_pointwise_forward.ts';
import { type BackwardRecurrence, type Cell, type Recurrence, stepsOf } from './cell.ts';
import { normalizedInput } from './normalized_input.ts';
import {
  gainGradient,
  gains,
  multiply,
  multiplyBackward,
  productSequences,
  type StateProduct,
  seenState,
  throughMask,
} from './state_product.ts';

export interface RnnSettings {
  readonly activation: CellActivation;
  readonly layerNormalization: boolean;
  /** 0 clips nothing. */
  readonly clip: number;
}

const ALL = [0, 1] as const;

/** h' = f(x·W + h·R + b) in steps of a product and a dispatch for the rest; gates hold f's arguments. */
export function generalRnn({ activation: f, layerNormalization, clip }: RnnSettings): Cell {
  const functions = activationParamsOf(f, f, f, clip);
  const it: StateProduct = { gates: 1, blocks: layerNormalization ? [ALL] : undefined };
  const params = ({ batch, units, masked }: Recurrence) => ({ batch, units, masked, ...functions });

  const forward = (b: Builder, r: Recurrence): void => {
    const { own, gates, mask, h } = r;
    for (const place of stepsOf(r)) {
      const { time, before, after } = place;
      const to = { tensor: own!.sums, offset: 0 };
      multiply(b, it, r, { time, left: seenState(b, r, place), range: ALL, to });
      const tensors = { sums: own!.sums, mask, gates, h };
      b.dispatch(rnnPointwiseForward, tensors, { t: time, before, after, ...params(r) });
    }
  };
  const backward = (b: Builder, r: BackwardRecurrence): void => {
    const { gates, mask, dh, batch, units } = r;
    for (const [i, place] of [...stepsOf(r).entries()].reverse()) {
      const { time, before, after } = place;
      b.dispatch(rnnPointwiseBackward, { mask, gates, dh }, { t: time, before, after, ...params(r) });
      const of = { time, range: ALL, dSums: { tensor: gates, offset: time * batch * units } };
      if (i > 0 || r.toInitial)
        throughMask(b, r, place, (into) => multiplyBackward(b, it, r, { ...of, into }));
      else multiplyBackward(b, it, r, { ...of, into: undefined });
    }
  };
  return {
    name: 'simple_rnn',
    givesFractions: givesFractions(f.name),
    gates: 1,
    interleave: 1,
    states: 1,
    separateRecurrentBias: false,
    keepsExtra: false,
    completesInitial: true,
    forward: [{ name: 'pointwise', estimate: () => 0, emit: forward }],
    backward: [{ name: 'pointwise', estimate: () => 0, emit: backward }],
    weights: (units) => gains(it, units),
    keeps: (b, r) => ({
      ...productSequences(b, it, r),
      sums: b.scratch('sums', [r.batch, r.units]),
    }),
    ...(it.blocks && { inputProduct: normalizedInput.bind(undefined, it.blocks) }),
    weightGradients: (b, r) => gainGradient(b, it, r, r.gates),
    products: ({ own, gates, units }) => [
      {
        ...{ left: own!.masked ?? 'h', right: own!.dProducts ?? gates, summed: gates },
        ...{ stride: units, offset: 0, columns: units, target: 0 },
      },
    ],
  };
}
