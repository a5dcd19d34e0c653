// First half of a GRU time step forward with the reset before the product: update and reset gate.
import wgsl from '../../shaders/gru_before_gates.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { sigmoid } from './activations.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * z,r = σ(gates[t] + h[t]·r);  rh[t] = r∘h[t].  gru_before_candidate completes the step.
 *
 * Cho et al. 2014, equations 5 and 6: as Keras' GRU with reset_after=false and ONNX linear_before_reset=0.
 * gates [T,N,3,H], blocks z|r|n: z and r of step t hold x·W + b and are overwritten by the activated gates.
 * r [H,3,H], of which the blocks z and r are read. h [T+1,N,H]: slot t is read. rh [T,N,H]: step t is written.
 * mask [T,N]: where 0, rh is 0 and the gates are left.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruBeforeGates = defineKernel({
  name: 'gru_before_gates',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', h: 'read', gates: 'readwrite', rh: 'readwrite' },
  params: stepParams,
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ r, mask, h, gates, rh }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        const slot = (lane.before + row) * p.units;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          if (skip) {
            rh[now] = 0;
            continue;
          }
          const atZ = 3 * (now - unit) + unit;
          const atR = atZ + p.units;
          let sumZ = gates[atZ];
          let sumR = gates[atR];
          for (let k = 0; k < p.units; k++) {
            sumZ += h[slot + k] * r[(weights + k) * 3 * p.units + unit];
            sumR += h[slot + k] * r[((weights + k) * 3 + 1) * p.units + unit];
          }
          const reset = sigmoid(sumR);
          gates[atZ] = sigmoid(sumZ);
          gates[atR] = reset;
          rh[now] = reset * h[slot + unit];
        }
      }
    }
  },
  cost: (p) => ({
    flops: 4 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (2 * p.units * p.units + 6 * p.batch * p.units),
  }),
});
