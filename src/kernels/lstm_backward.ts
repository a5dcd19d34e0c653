// One LSTM time step backward: recurrent product and derivative of the cell in one kernel.
import wgsl from '../../shaders/lstm_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With dh = dh[t+1] + dA[t+1]·rᵀ and c' = c[t+1]:
 * do = dh∘tanh(c')∘o(1-o), dc' = dc + dh∘o∘(1-tanh²(c')), di = dc'∘g∘i(1-i), df = dc'∘c[t]∘f(1-f),
 * dg = dc'∘i∘(1-g²), dc = dc'∘f.
 *
 * gates [T,N,H,4]: activated gates of step t on entry, dA (i,f,g,o) on exit; later steps hold their dA.
 * rt [H,H,4] = r transposed by units. c [T+1,N,H]. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0
 * the gradient of slot t+1 is added to slot t. dc [N,H] is carried in place; `last` = 1 at t = T-1.
 */
export const lstmBackward = defineKernel({
  name: 'lstm_backward',
  wgsl,
  bindings: {
    rt: 'read',
    mask: 'read u32',
    c: 'read',
    gates: 'readwrite',
    dh: 'readwrite',
    dc: 'readwrite',
  },
  params: { t: 'u32', batch: 'u32', units: 'u32', masked: 'u32', last: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, c, gates, dh, dc }, p) {
    for (let row = 0; row < p.batch; row++) {
      for (let unit = 0; unit < p.units; unit++) {
        const now = (p.t * p.batch + row) * p.units + unit;
        const next = now + p.batch * p.units;
        let dhTotal = dh[next];
        if (p.last === 0) {
          const after = next - unit;
          for (let k = 0; k < p.units; k++) {
            for (let gate = 0; gate < 4; gate++) {
              dhTotal += gates[4 * (after + k) + gate] * rt[4 * (k * p.units + unit) + gate];
            }
          }
        }
        if (p.masked === 1 && mask[p.t * p.batch + row] === 0) {
          gates.fill(0, 4 * now, 4 * now + 4);
          dh[now] += dhTotal;
          continue;
        }
        const [i, f, g, o] = gates.subarray(4 * now, 4 * now + 4);
        const squashed = Math.tanh(c[next]);
        const carried = row * p.units + unit;
        const dState = dc[carried] + dhTotal * o * (1 - squashed * squashed);
        gates.set(
          [
            dState * g * i * (1 - i),
            dState * c[now] * f * (1 - f),
            dState * i * (1 - g * g),
            dhTotal * squashed * o * (1 - o),
          ],
          4 * now,
        );
        dc[carried] = dState * f;
      }
    }
  },
  cost: (p) => ({
    flops: 8 * p.batch * p.units * p.units,
    bytes: 4 * (4 * p.units * p.units + 14 * p.batch * p.units),
  }),
});
