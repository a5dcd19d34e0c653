// Second half of a GRU time step backward with the reset before the product: the reset gate.
import wgsl from '../../shaders/gru_before_gates_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With d(rh) = dn[t]·rt_n:  dr = d(rh)∘h[t]∘r(1-r); dh[t] += d(rh)∘r.  It follows gru_before_candidate_backward.
 *
 * The derivative of gru_before_gates (reset_after=false) as far as r; dz is there already.
 * gates [T,N,3,H]: dz|r|dn in step t on entry, dz|dr|dn on exit. rt [3,H,H] = r [H,3H] transposed, of which
 * block n is read. h, dh [T+1,N,H]: slot t. Where mask [T,N] is 0, dr is 0 and nothing is added.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruBeforeGatesBackward = defineKernel({
  name: 'gru_before_gates_backward',
  wgsl,
  bindings: { rt: 'read', mask: 'read u32', h: 'read', gates: 'readwrite', dh: 'readwrite' },
  params: stepParams,
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, h, gates, dh }, p) {
    for (const lane of lanesOf(p)) {
      const weights = (lane.index * 3 + 2) * p.units;
      for (let row = 0; row < p.batch; row++) {
        const step = lane.step + row;
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        for (let unit = 0; unit < p.units; unit++) {
          const before = (lane.before + row) * p.units + unit;
          const atR = (step * 3 + 1) * p.units + unit;
          if (skip) {
            gates[atR] = 0;
            continue;
          }
          const atN = (step * 3 + 2) * p.units;
          let drh = 0;
          for (let k = 0; k < p.units; k++) drh += gates[atN + k] * rt[(weights + k) * p.units + unit];
          const r = gates[atR];
          gates[atR] = drh * h[before] * r * (1 - r);
          dh[before] += drh * r;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (p.units * p.units + 6 * p.batch * p.units),
  }),
});
