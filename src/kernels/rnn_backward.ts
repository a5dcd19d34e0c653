// One time step of the simple RNN backward: recurrent product and derivative of the activation in one kernel.
import wgsl from '../../shaders/rnn_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { recurrentDerivative } from './activations.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With dh = dh[t+1] + da[t+1]·rt:  da[t] = dh∘act'(h[t+1]), act' from the output of the step.
 *
 * The derivative of rnn_forward; `activation` is an index of recurrentActivations, one pipeline each.
 * da [T,N,H]: step t is written, the gradient of x[t] + h[t]·r; later steps hold theirs. rt [H,H] = r transposed.
 * h [T+1,N,H]: slot t+1 is read. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0, da is 0 and the
 * gradient of slot t+1 is added to slot t. `last` = 1 at t = T-1.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const rnnBackward = defineKernel({
  name: 'rnn_backward',
  wgsl,
  bindings: { rt: 'read', mask: 'read u32', h: 'read', da: 'readwrite', dh: 'readwrite' },
  params: { ...stepParams, last: 'u32', activation: 'u32' },
  constants: (p) => ({ ...rowsConstants(p), ACTIVATION: p.activation }),
  workgroups: rowsGrid,
  reference({ rt, mask, h, da, dh }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          const after = (lane.after + row) * p.units + unit;
          let dhTotal = dh[after];
          if (p.last === 0) {
            const following = (lane.following + row) * p.units;
            for (let k = 0; k < p.units; k++) {
              dhTotal += da[following + k] * rt[(weights + k) * p.units + unit];
            }
          }
          if (skip) {
            da[now] = 0;
            dh[(lane.before + row) * p.units + unit] += dhTotal;
            continue;
          }
          da[now] = dhTotal * recurrentDerivative(p.activation, h[after]);
        }
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (p.units * p.units + 5 * p.batch * p.units),
  }),
});
