// One step of an LSTM with options, unit by unit, after its recurrent product.
import wgsl from '../../shaders/lstm_pointwise_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { blockAt, eachUnit, pointwiseGrid, stepParams } from './pointwise_step.ts';

/** Params of both directions; `cell_clip` 0 clips nothing. */
export const lstmParams = {
  ...stepParams,
  peephole: 'u32',
  coupled: 'u32',
  normalized: 'u32',
  projected: 'u32',
  cell_clip: 'f32',
  ...activationParams,
} as const;

export type LstmParams = { readonly [K in keyof typeof lstmParams]: number };

export function lstmConstants(p: LstmParams): Record<string, number | boolean> {
  return {
    ...activationConstants(p),
    PEEPHOLE: p.peephole === 1,
    COUPLED: p.coupled === 1,
    NORMALIZED: p.normalized === 1,
    PROJECTED: p.projected === 1,
    CELL_CLIPPED: p.cell_clip > 0,
  };
}

/**
 * a = gates[t] + S, with peepholes + w∘c for i and f and + w∘c' for o;  i,f,o = f(a), coupled: f = 1-i;  g = g(a);
 * c' = f∘c + i∘g, within ±cell_clip;  y = o∘h(c').
 *
 * gates [T,N,4,H] (i,f,g,o): step t holds x·W + b and gets a. sums [N,4,H] = S. peepholes [3,H] (i,f,o). c [T+1,N,H]: slot
 * `before` is read, `after` written. y: h [T+1,N,H], or projected [T,N,H]; normalized: not written. Where mask [T,N] is 0,
 * slot `before` goes on into `after`; projected, y is 0.
 */
export const lstmPointwiseForward = defineKernel({
  name: 'lstm_pointwise_forward',
  wgsl,
  bindings: {
    sums: 'read',
    mask: 'read u32',
    peepholes: 'read',
    gates: 'readwrite',
    c: 'readwrite',
    y: 'readwrite',
  },
  params: lstmParams,
  constants: lstmConstants,
  workgroups: pointwiseGrid,
  reference({ sums, mask, peepholes, gates, c, y }, p) {
    const { gate, candidate, squashed } = cellFunctions(p);
    eachUnit(p, mask, ({ row, unit, now, next, step, skip }) => {
      const to = p.projected === 1 ? step : next;
      if (skip) {
        c[next] = c[now];
        y[to] = p.projected === 1 ? 0 : y[now];
        return;
      }
      const at = (k: number) => blockAt(p.units, 4, k, p.t * p.batch + row, unit);
      const peephole = (k: number) => (p.peephole === 1 ? peepholes[k * p.units + unit] : 0);
      const a = [0, 1, 2, 3].map((k) => gates[at(k)] + sums[blockAt(p.units, 4, k, row, unit)]);
      a[0] += peephole(0) * c[now];
      a[1] += peephole(1) * c[now];
      const i = gate(a[0]);
      let state = (p.coupled === 1 ? 1 - i : gate(a[1])) * c[now] + i * candidate(a[2]);
      if (p.cell_clip > 0) state = Math.min(Math.max(state, -p.cell_clip), p.cell_clip);
      a[3] += peephole(2) * state;
      for (let k = 0; k < 4; k++) gates[at(k)] = a[k];
      c[next] = state;
      if (p.normalized === 0) y[to] = gate(a[3]) * squashed(state);
    });
  },
  cost: (p) => ({ flops: 40 * p.batch * p.units, bytes: 60 * p.batch * p.units }),
});
