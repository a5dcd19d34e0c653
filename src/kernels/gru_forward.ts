// One GRU time step forward, reset after the product: recurrent product and cell in one kernel.
import wgsl from '../../shaders/gru_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { sigmoid } from './activations.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * z,r = σ(gates[t] + h[t]·r + bias), n = tanh(gates[t]_n + r∘q) with q = h[t]·r_n + bias_n;
 * h[t+1] = z∘h[t] + (1-z)∘n.
 *
 * Cho et al. 2014 with the reset after the product: as Keras' GRU with reset_after=true, PyTorch's GRU and
 * ONNX linear_before_reset=1.
 * gates [T,N,3,H], blocks z|r|n: step t holds x·W + b and is overwritten by the activated gates.
 * r [H,3,H]; bias [3,H]: the recurrent bias, read where `biased` = 1. q [T,N,H]: step t is written, for backward.
 * h [T+1,N,H]: slot t is read, slot t+1 written. mask [T,N]: where 0, the state is kept, gates and q are left.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
 */
export const gruForward = defineKernel({
  name: 'gru_forward',
  wgsl,
  bindings: {
    r: 'read',
    bias: 'read',
    mask: 'read u32',
    gates: 'readwrite',
    q: 'readwrite',
    h: 'readwrite',
  },
  params: { ...stepParams, biased: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ r, bias, mask, gates, q, h }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        const slot = (lane.before + row) * p.units;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          const before = slot + unit;
          const after = (lane.after + row) * p.units + unit;
          if (skip) {
            h[after] = h[before];
            continue;
          }
          const hr = [0, 0, 0];
          for (let gate = 0; gate < 3; gate++) {
            let sum = p.biased === 1 ? bias[(lane.index * 3 + gate) * p.units + unit] : 0;
            for (let k = 0; k < p.units; k++) {
              sum += h[slot + k] * r[((weights + k) * 3 + gate) * p.units + unit];
            }
            hr[gate] = sum;
          }
          const atZ = 3 * (now - unit) + unit;
          const atR = atZ + p.units;
          const atN = atR + p.units;
          const z = sigmoid(gates[atZ] + hr[0]);
          const reset = sigmoid(gates[atR] + hr[1]);
          const n = Math.tanh(gates[atN] + reset * hr[2]);
          gates[atZ] = z;
          gates[atR] = reset;
          gates[atN] = n;
          q[now] = hr[2];
          h[after] = z * h[before] + (1 - z) * n;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 6 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (3 * p.units * p.units + 9 * p.batch * p.units),
  }),
});
