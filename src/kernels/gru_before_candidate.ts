// Second half of a GRU time step forward with the reset before the product: candidate and new state.
import wgsl from '../../shaders/gru_before_candidate.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * n = tanh(gates[t]_n + rh[t]·r_n);  h[t+1] = z∘h[t] + (1-z)∘n.  It follows gru_before_gates.
 *
 * Cho et al. 2014, equations 7 and 8 (z and 1-z as there): as Keras' GRU with reset_after=false and
 * ONNX linear_before_reset=0.
 * gates [T,N,3,H], blocks z|r|n: z of step t is activated; n holds x·W + b and is overwritten by the candidate.
 * r [H,3,H], of which block n is read. rh [T,N,H] = r∘h. h [T+1,N,H]: slot t is read, slot t+1 written.
 * mask [T,N]: where 0, the state is kept and the gates are left.
 */
export const gruBeforeCandidate = defineKernel({
  name: 'gru_before_candidate',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', rh: 'read', gates: 'readwrite', h: 'readwrite' },
  params: { t: 'u32', batch: 'u32', units: 'u32', masked: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ r, mask, rh, gates, h }, p) {
    for (let row = 0; row < p.batch; row++) {
      const step = p.t * p.batch + row;
      const slot = step * p.units;
      const skip = p.masked === 1 && mask[step] === 0;
      for (let unit = 0; unit < p.units; unit++) {
        const now = slot + unit;
        const next = now + p.batch * p.units;
        if (skip) {
          h[next] = h[now];
          continue;
        }
        const atZ = 3 * slot + unit;
        const atN = atZ + 2 * p.units;
        let sum = gates[atN];
        for (let k = 0; k < p.units; k++) sum += rh[slot + k] * r[(k * 3 + 2) * p.units + unit];
        const z = gates[atZ];
        const n = Math.tanh(sum);
        gates[atN] = n;
        h[next] = z * h[now] + (1 - z) * n;
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.batch * p.units * p.units,
    bytes: 4 * (p.units * p.units + 6 * p.batch * p.units),
  }),
});
