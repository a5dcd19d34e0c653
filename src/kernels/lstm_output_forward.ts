// The output of an LSTM step whose cell state is normalised.
import wgsl from '../../shaders/lstm_output_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { blockAt, eachUnit, pointwiseGrid, stepParams } from './pointwise_step.ts';

/** Params of both directions. */
export const lstmOutputParams = { ...stepParams, projected: 'u32', ...activationParams } as const;

export type LstmOutputParams = { readonly [K in keyof typeof lstmOutputParams]: number };

export function lstmOutputConstants(p: LstmOutputParams): Record<string, number | boolean> {
  return { ...activationConstants(p), PROJECTED: p.projected === 1 };
}

/**
 * y = f(a_o)∘h(s), s = LN(c').
 *
 * gates [T,N,4,H]: a of step t. s [T,N,H]. y: slot `after` of h [T+1,N,H], or projected [T,N,H]. Where mask [T,N] is 0,
 * slot `before` goes on into `after`; projected, y is 0.
 */
export const lstmOutputForward = defineKernel({
  name: 'lstm_output_forward',
  wgsl,
  bindings: { mask: 'read u32', gates: 'read', s: 'read', y: 'readwrite' },
  params: lstmOutputParams,
  constants: lstmOutputConstants,
  workgroups: pointwiseGrid,
  reference({ mask, gates, s, y }, p) {
    const { gate, squashed } = cellFunctions(p);
    eachUnit(p, mask, ({ row, unit, now, next, step, skip }) => {
      const a = gates[blockAt(p.units, 4, 3, p.t * p.batch + row, unit)];
      const value = gate(a) * squashed(s[step]);
      if (p.projected === 1) y[step] = skip ? 0 : value;
      else y[next] = skip ? y[now] : value;
    });
  },
  cost: (p) => ({ flops: 20 * p.batch * p.units, bytes: 12 * p.batch * p.units }),
});
