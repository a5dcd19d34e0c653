// One step of a GRU with options, unit by unit, after its recurrent product.
import wgsl from '../../shaders/gru_pointwise_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { blockAt, eachUnit, pointwiseGrid, stepParams } from './pointwise_step.ts';

/** Params of both directions; sums of step t begin at element `sums_at`. */
export const gruParams = { ...stepParams, reset_after: 'u32', sums_at: 'u32', ...activationParams } as const;

export type GruParams = { readonly [K in keyof typeof gruParams]: number };

export function gruConstants(p: GruParams): Record<string, number | boolean> {
  return { ...activationConstants(p), RESET_AFTER: p.reset_after === 1 };
}

/**
 * reset_after: a_z,a_r = gates[t] + S, a_n = gates[t] + f(a_r)∘S_n; else a_n = gates[t] + S_n, the others being complete.
 * z = f(a_z), n = g(a_n), h' = z∘h + (1-z)∘n.
 *
 * gates [T,N,3,H] (z,r,n): step t holds x·W + b and gets a. sums [.,N,3,H] = S. h [T+1,N,H]: slot `before` is read,
 * `after` written; where mask [T,N] is 0, the state goes on.
 */
export const gruPointwiseForward = defineKernel({
  name: 'gru_pointwise_forward',
  wgsl,
  bindings: { mask: 'read u32', sums: 'read', gates: 'readwrite', h: 'readwrite' },
  params: gruParams,
  constants: gruConstants,
  workgroups: pointwiseGrid,
  reference({ mask, sums, gates, h }, p) {
    const { gate, candidate } = cellFunctions(p);
    eachUnit(p, mask, ({ row, unit, now, next, skip }) => {
      if (skip) {
        h[next] = h[now];
        return;
      }
      const [z, r, n] = [0, 1, 2].map((k) => blockAt(p.units, 3, k, p.t * p.batch + row, unit));
      const sum = (k: number) => sums[p.sums_at + blockAt(p.units, 3, k, row, unit)];
      if (p.reset_after === 1) {
        gates[z] += sum(0);
        gates[r] += sum(1);
        gates[n] += gate(gates[r]) * sum(2);
      } else {
        gates[n] += sum(2);
      }
      const keep = gate(gates[z]);
      h[next] = keep * h[now] + (1 - keep) * candidate(gates[n]);
    });
  },
  cost: (p) => ({ flops: 30 * p.batch * p.units, bytes: 44 * p.batch * p.units }),
});
