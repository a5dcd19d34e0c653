// Second half of a GRU time step backward with the reset before the product: the reset gate.
import wgsl from '../../shaders/gru_before_gates_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With d(rh) = dn[t]·rt_n:  dr = d(rh)∘h[t]∘r(1-r); dh[t] += d(rh)∘r.  It follows gru_before_candidate_backward.
 *
 * The derivative of gru_before_gates (reset_after=false) as far as r; dz is there already.
 * gates [T,N,3,H]: dz|r|dn in step t on entry, dz|dr|dn on exit. rt [3,H,H] = r [H,3H] transposed, of which
 * block n is read. h, dh [T+1,N,H]: slot t. Where mask [T,N] is 0, dr is 0 and nothing is added.
 */
export const gruBeforeGatesBackward = defineKernel({
  name: 'gru_before_gates_backward',
  wgsl,
  bindings: { rt: 'read', mask: 'read u32', h: 'read', gates: 'readwrite', dh: 'readwrite' },
  params: { t: 'u32', batch: 'u32', units: 'u32', masked: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, h, gates, dh }, p) {
    for (let row = 0; row < p.batch; row++) {
      const step = p.t * p.batch + row;
      const skip = p.masked === 1 && mask[step] === 0;
      for (let unit = 0; unit < p.units; unit++) {
        const now = step * p.units + unit;
        const atR = (step * 3 + 1) * p.units + unit;
        if (skip) {
          gates[atR] = 0;
          continue;
        }
        const atN = (step * 3 + 2) * p.units;
        let drh = 0;
        for (let k = 0; k < p.units; k++) {
          drh += gates[atN + k] * rt[(2 * p.units + k) * p.units + unit];
        }
        const r = gates[atR];
        gates[atR] = drh * h[now] * r * (1 - r);
        dh[now] += drh * r;
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.batch * p.units * p.units,
    bytes: 4 * (p.units * p.units + 6 * p.batch * p.units),
  }),
});
