// One LSTM time step forward: recurrent product and cell in one kernel.
import wgsl from '../../shaders/lstm_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { sigmoid } from './activations.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * i,f,o = σ(a), g = tanh(a) with a = gates[t] + h[t]·r;  c[t+1] = f∘c[t] + i∘g;  h[t+1] = o∘tanh(c[t+1]).
 *
 * Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000, as Keras' LSTM.
 * gates [T,N,H,4] (i,f,g,o of a unit together): step t is overwritten by the activated gates.
 * r [H,H,4]; h, c [T+1,N,H]: slot t is read, slot t+1 written. mask [T,N]: where 0, the state is kept.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const lstmForward = defineKernel({
  name: 'lstm_forward',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', gates: 'readwrite', h: 'readwrite', c: 'readwrite' },
  params: stepParams,
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ r, mask, gates, h, c }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        const slot = (lane.before + row) * p.units;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          const after = (lane.after + row) * p.units + unit;
          if (skip) {
            h[after] = h[slot + unit];
            c[after] = c[slot + unit];
            continue;
          }
          const a = [0, 0, 0, 0];
          for (let gate = 0; gate < 4; gate++) {
            let sum = gates[4 * now + gate];
            for (let k = 0; k < p.units; k++) {
              sum += h[slot + k] * r[4 * ((weights + k) * p.units + unit) + gate];
            }
            a[gate] = sum;
          }
          const i = sigmoid(a[0]);
          const f = sigmoid(a[1]);
          const g = Math.tanh(a[2]);
          const o = sigmoid(a[3]);
          gates.set([i, f, g, o], 4 * now);
          c[after] = f * c[slot + unit] + i * g;
          h[after] = o * Math.tanh(c[after]);
        }
      }
    }
  },
  cost: (p) => ({
    flops: 8 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (4 * p.units * p.units + 12 * p.batch * p.units),
  }),
});
