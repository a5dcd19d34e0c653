// One LSTM time step backward: recurrent product and derivative of the cell in one kernel.
import wgsl from '../../shaders/lstm_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lanesOf, stepParams } from './recurrent_lane.ts';
import { rowsConstants, rowsGrid } from './recurrent_rows.ts';

/**
 * With dh = dh[t+1] + dA[t+1]·rᵀ and c' = c[t+1]:
 * do = dh∘tanh(c')∘o(1-o), dc' = dc + dh∘o∘(1-tanh²(c')), di = dc'∘g∘i(1-i), df = dc'∘c[t]∘f(1-f),
 * dg = dc'∘i∘(1-g²), dc = dc'∘f.
 *
 * gates [T,N,H,4]: activated gates of step t on entry, dA (i,f,g,o) on exit; later steps hold their dA.
 * rt [H,H,4] = r transposed by units. c [T+1,N,H]. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0
 * the gradient of slot t+1 is added to slot t. dc [N,H] is carried in place; `last` = 1 at t = T-1.
 * For one lane forward in time; see recurrent_lane.ts for reverse and two lanes.
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
  params: { ...stepParams, last: 'u32' },
  constants: rowsConstants,
  workgroups: rowsGrid,
  reference({ rt, mask, c, gates, dh, dc }, p) {
    for (const lane of lanesOf(p)) {
      const weights = lane.index * p.units;
      for (let row = 0; row < p.batch; row++) {
        const skip = p.masked === 1 && mask[lane.mask + row] === 0;
        for (let unit = 0; unit < p.units; unit++) {
          const now = (lane.step + row) * p.units + unit;
          const before = (lane.before + row) * p.units + unit;
          const after = (lane.after + row) * p.units + unit;
          let dhTotal = dh[after];
          if (p.last === 0) {
            const following = (lane.following + row) * p.units;
            for (let k = 0; k < p.units; k++) {
              const at = 4 * ((weights + k) * p.units + unit);
              for (let gate = 0; gate < 4; gate++) {
                dhTotal += gates[4 * (following + k) + gate] * rt[at + gate];
              }
            }
          }
          if (skip) {
            gates.fill(0, 4 * now, 4 * now + 4);
            dh[before] += dhTotal;
            continue;
          }
          const [i, f, g, o] = gates.subarray(4 * now, 4 * now + 4);
          const squashed = Math.tanh(c[after]);
          const carried = (lane.row + row) * p.units + unit;
          const dState = dc[carried] + dhTotal * o * (1 - squashed * squashed);
          gates.set(
            [
              dState * g * i * (1 - i),
              dState * c[before] * f * (1 - f),
              dState * i * (1 - g * g),
              dhTotal * squashed * o * (1 - o),
            ],
            4 * now,
          );
          dc[carried] = dState * f;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 8 * p.lanes * p.batch * p.units * p.units,
    bytes: 4 * p.lanes * (4 * p.units * p.units + 14 * p.batch * p.units),
  }),
});
