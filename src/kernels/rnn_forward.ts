// One time step of the simple RNN forward: recurrent product and activation in one kernel.
import wgsl from '../../shaders/rnn_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { recurrentActivation } from './activations.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * h[t+1] = act(x[t] + h[t]·r).
 *
 * Elman 1990, as Keras' SimpleRNN; `activation` is an index of recurrentActivations, one pipeline each.
 * x [T,N,H] holds x·W + b. r [H,H]; h [T+1,N,H]: slot t is read, slot t+1 written.
 * mask [T,N]: where 0, the state is kept.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const rnnForward = defineKernel({
  name: 'rnn_forward',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', x: 'read', h: 'readwrite' },
  params: { ...stepParams, activation: 'u32' },
  constants: (p) => ({ ...rowsConstants(p), ACTIVATION: p.activation }),
  workgroups: rowsGrid,
  reference({ r, mask, x, h }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        const slot = (lane.before + row) * p.units;
        for (let unit = 0; unit < p.units; unit++) {
          const after = (lane.after + row) * p.units + unit;
          if (skip) {
            h[after] = h[slot + unit];
            continue;
          }
          let sum = x[(lane.step + row) * p.units + unit];
          for (let k = 0; k < p.units; k++) sum += h[slot + k] * r[(weights + k) * p.units + unit];
          h[after] = recurrentActivation(p.activation, sum);
        }
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (p.units * p.units + 3 * p.batch * p.units),
  }),
});
