// First half of a GRU time step backward with the reset before the product: candidate and update gate.
import wgsl from '../../shaders/gru_before_candidate_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With dh = dh[t+1] + dz[t+1]·rt_z + dr[t+1]·rt_r:
 * dn = dh∘(1-z)∘(1-n²), dz = dh∘(h[t]-n)∘z(1-z); dh[t] += dh∘z.  gru_before_gates_backward completes the step.
 *
 * The derivative of gru_before_candidate (reset_after=false).
 * gates [T,N,3,H]: activated z|r|n of step t on entry, dz|r|dn on exit (r stays); later steps hold dz|dr|dn.
 * rt [3,H,H] = r [H,3H] transposed, of which the blocks z and r are read. h [T+1,N,H].
 * dh [T+1,N,H]: gradients from above, and in slot t+1 what both kernels of step t+1 added; where mask [T,N] is 0,
 * dz and dn are 0 and the whole gradient of slot t+1 is added to slot t. `last` = 1 at t = T-1.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruBeforeCandidateBackward = defineKernel({
  name: 'gru_before_candidate_backward',
  wgsl,
  bindings: { rt: 'read', mask: 'read u32', h: 'read', gates: 'readwrite', dh: 'readwrite' },
  params: { ...stepParams, last: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, h, gates, dh }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * 3 * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        for (let unit = 0; unit < p.units; unit++) {
          const before = (lane.before + row) * p.units + unit;
          let dhTotal = dh[(lane.after + row) * p.units + unit];
          if (p.last === 0) {
            const following = 3 * (lane.following + row) * p.units;
            for (let k = 0; k < p.units; k++) {
              dhTotal += gates[following + k] * rt[(weights + k) * p.units + unit];
              dhTotal += gates[following + p.units + k] * rt[(weights + p.units + k) * p.units + unit];
            }
          }
          const atZ = 3 * (lane.step + row) * p.units + unit;
          const atN = atZ + 2 * p.units;
          if (skip) {
            gates[atZ] = 0;
            gates[atN] = 0;
            dh[before] += dhTotal;
            continue;
          }
          const z = gates[atZ];
          const n = gates[atN];
          gates[atZ] = dhTotal * (h[before] - n) * z * (1 - z);
          gates[atN] = dhTotal * (1 - z) * (1 - n * n);
          dh[before] += dhTotal * z;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 4 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (2 * p.units * p.units + 10 * p.batch * p.units),
  }),
});
