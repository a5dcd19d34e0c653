// One time step of the simple RNN forward: recurrent product and activation in one kernel.
import wgsl from '../../shaders/rnn_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { recurrentActivation } from './activations.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * h[t+1] = act(x[t] + h[t]·r).
 *
 * Elman 1990, as Keras' SimpleRNN; `activation` is an index of recurrentActivations, one pipeline each.
 * x [T,N,H] holds x·W + b. r [H,H]; h [T+1,N,H]: slot t is read, slot t+1 written.
 * mask [T,N]: where 0, the state is kept.
 */
export const rnnForward = defineKernel({
  name: 'rnn_forward',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', x: 'read', h: 'readwrite' },
  params: { t: 'u32', batch: 'u32', units: 'u32', masked: 'u32', activation: 'u32' },
  constants: (p) => ({ ...rowsConstants(p), ACTIVATION: p.activation }),
  workgroups: rowsGrid,
  reference({ r, mask, x, h }, p) {
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
        let sum = x[now];
        for (let k = 0; k < p.units; k++) sum += h[slot + k] * r[k * p.units + unit];
        h[next] = recurrentActivation(p.activation, sum);
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.batch * p.units * p.units,
    bytes: 4 * (p.units * p.units + 3 * p.batch * p.units),
  }),
});
