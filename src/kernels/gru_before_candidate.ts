// Second half of a GRU time step forward with the reset before the product: candidate and new state.
import wgsl from '../../shaders/gru_before_candidate.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * n = tanh(gates[t]_n + rh[t]·r_n);  h[t+1] = z∘h[t] + (1-z)∘n.  It follows gru_before_gates.
 *
 * Cho et al. 2014, equations 7 and 8 (z and 1-z as there): as Keras' GRU with reset_after=false and
 * ONNX linear_before_reset=0.
 * gates [T,N,3,H], blocks z|r|n: z of step t is activated; n holds x·W + b and is overwritten by the candidate.
 * r [H,3,H], of which block n is read. rh [T,N,H] = r∘h. h [T+1,N,H]: slot t is read, slot t+1 written.
 * mask [T,N]: where 0, the state is kept and the gates are left.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruBeforeCandidate = defineKernel({
  name: 'gru_before_candidate',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', rh: 'read', gates: 'readwrite', h: 'readwrite' },
  params: stepParams,
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ r, mask, rh, gates, h }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        const step = (lane.step + row) * p.units;
        for (let unit = 0; unit < p.units; unit++) {
          const before = (lane.before + row) * p.units + unit;
          const after = (lane.after + row) * p.units + unit;
          if (skip) {
            h[after] = h[before];
            continue;
          }
          const atZ = 3 * step + unit;
          const atN = atZ + 2 * p.units;
          let sum = gates[atN];
          for (let k = 0; k < p.units; k++) {
            sum += rh[step + k] * r[((weights + k) * 3 + 2) * p.units + unit];
          }
          const z = gates[atZ];
          const n = Math.tanh(sum);
          gates[atN] = n;
          h[after] = z * h[before] + (1 - z) * n;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (p.units * p.units + 6 * p.batch * p.units),
  }),
});
