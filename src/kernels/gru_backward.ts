// One GRU time step backward, reset after the product: recurrent product and derivative of the cell in one kernel.
import wgsl from '../../shaders/gru_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With dh = dh[t+1] + dz[t+1]·rt_z + dr[t+1]·rt_r + dq[t+1]·rt_n:
 * dn = dh∘(1-z)∘(1-n²), dz = dh∘(h[t]-n)∘z(1-z), dq = dn∘r, dr = dn∘q∘r(1-r); dh[t] += dh∘z.
 *
 * The derivative of gru_forward (reset_after=true).
 * gates [T,N,3,H]: activated z|r|n of step t on entry, dz|dr|dn on exit; later steps hold theirs.
 * q [T,N,H]: q of step t on entry, dq on exit; later steps hold theirs; dq is the gradient of h[t]·r_n + bias_n.
 * rt [3,H,H] = r [H,3H] transposed. h [T+1,N,H]. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0 the
 * gradients of step t are 0 and the whole gradient of slot t+1 is added to slot t. `last` = 1 at t = T-1.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruBackward = defineKernel({
  name: 'gru_backward',
  wgsl,
  bindings: {
    rt: 'read',
    mask: 'read u32',
    h: 'read',
    gates: 'readwrite',
    q: 'readwrite',
    dh: 'readwrite',
  },
  params: { ...stepParams, last: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, h, gates, q, dh }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * 3 * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          const before = (lane.before + row) * p.units + unit;
          let dhTotal = dh[(lane.after + row) * p.units + unit];
          if (p.last === 0) {
            const following = (lane.following + row) * p.units;
            for (let k = 0; k < p.units; k++) {
              const at = (weights + k) * p.units + unit;
              const block = p.units * p.units;
              dhTotal += gates[3 * following + k] * rt[at];
              dhTotal += gates[3 * following + p.units + k] * rt[block + at];
              dhTotal += q[following + k] * rt[2 * block + at];
            }
          }
          const atZ = 3 * (now - unit) + unit;
          const atR = atZ + p.units;
          const atN = atR + p.units;
          if (skip) {
            gates[atZ] = 0;
            gates[atR] = 0;
            gates[atN] = 0;
            q[now] = 0;
            dh[before] += dhTotal;
            continue;
          }
          const z = gates[atZ];
          const r = gates[atR];
          const n = gates[atN];
          const dn = dhTotal * (1 - z) * (1 - n * n);
          gates[atZ] = dhTotal * (h[before] - n) * z * (1 - z);
          gates[atR] = dn * q[now] * r * (1 - r);
          gates[atN] = dn;
          q[now] = dn * r;
          dh[before] += dhTotal * z;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 6 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (3 * p.units * p.units + 15 * p.batch * p.units),
  }),
});
