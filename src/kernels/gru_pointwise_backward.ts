// One step of a GRU with options backward, unit by unit, before its recurrent product.
import wgsl from '../../shaders/gru_pointwise_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { cellFunctions } from './cell_activations.ts';
import { gruConstants, gruParams } from './gru_pointwise_forward.ts';
import { blockAt, eachUnit, pointwiseGrid } from './pointwise_step.ts';

/**
 * dA_z = dh∘(h-n)∘f'(a_z), dA_n = dh∘(1-z)∘g'(a_n), slot `before` of dh += dh∘z;
 * reset_after: dA_r = dA_n∘S_n∘f'(a_r), dS = dA_z, dA_r, dA_n∘f(a_r).
 *
 * The derivative of gru_pointwise_forward. gates [T,N,3,H]: a of step t on entry, dA on exit; without reset_after a_r stays.
 * sums [.,N,3,H]: S on entry, dS on exit where reset_after. h [T+1,N,H]. dh [T+1,N,H] has all of the gradient of slot `after`;
 * where mask [T,N] is 0, that goes on into `before`, and all of gates and dS is 0.
 */
export const gruPointwiseBackward = defineKernel({
  name: 'gru_pointwise_backward',
  wgsl,
  bindings: { mask: 'read u32', h: 'read', sums: 'readwrite', gates: 'readwrite', dh: 'readwrite' },
  params: gruParams,
  constants: gruConstants,
  workgroups: pointwiseGrid,
  reference({ mask, h, sums, gates, dh }, p) {
    const { gate, gateSlope, candidate, candidateSlope } = cellFunctions(p);
    eachUnit(p, mask, ({ row, unit, now, next, skip }) => {
      const [z, r, n] = [0, 1, 2].map((k) => blockAt(p.units, 3, k, p.t * p.batch + row, unit));
      const sum = (k: number) => p.sums_at + blockAt(p.units, 3, k, row, unit);
      if (skip) {
        for (const at of [z, r, n]) gates[at] = 0;
        if (p.reset_after === 1) for (let k = 0; k < 3; k++) sums[sum(k)] = 0;
        dh[now] += dh[next];
        return;
      }
      const gradient = dh[next];
      const keep = gate(gates[z]);
      const dKeep = gradient * (h[now] - candidate(gates[n])) * gateSlope(gates[z]);
      const dCandidate = gradient * (1 - keep) * candidateSlope(gates[n]);
      gates[z] = dKeep;
      gates[n] = dCandidate;
      if (p.reset_after === 1) {
        const a = gates[r];
        gates[r] = dCandidate * sums[sum(2)] * gateSlope(a);
        sums[sum(0)] = dKeep;
        sums[sum(1)] = gates[r];
        sums[sum(2)] = dCandidate * gate(a);
      }
      dh[now] += gradient * keep;
    });
  },
  cost: (p) => ({ flops: 50 * p.batch * p.units, bytes: 64 * p.batch * p.units }),
});
