// The gates of a GRU with options that resets before its product, backward.
import wgsl from '../../shaders/gru_reset_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { blockAt, pointwiseGrid } from './pointwise_step.ts';

/**
 * dA_r = drh∘h∘f'(a_r); d_state (+)= drh∘f(a_r): the derivative of gru_reset_forward.
 *
 * gates [T,N,3,H]: a_r of step t on entry, dA_r on exit. drh [N,H], 0 in masked rows. state, d_state: h as the products see
 * it and its gradient, [N,H] from elements `state_at` and `d_state_at` on.
 */
export const gruResetBackward = defineKernel({
  name: 'gru_reset_backward',
  wgsl,
  bindings: { drh: 'read', state: 'read', gates: 'readwrite', d_state: 'readwrite' },
  params: {
    t: 'u32',
    batch: 'u32',
    units: 'u32',
    state_at: 'u32',
    d_state_at: 'u32',
    accumulate: 'u32',
    ...activationParams,
  },
  constants: activationConstants,
  workgroups: pointwiseGrid,
  reference({ drh, state, gates, d_state }, p) {
    const { gate, gateSlope } = cellFunctions(p);
    for (let i = 0; i < p.batch * p.units; i++) {
      const at = blockAt(p.units, 3, 1, p.t * p.batch + Math.floor(i / p.units), i % p.units);
      const a = gates[at];
      gates[at] = drh[i] * state[p.state_at + i] * gateSlope(a);
      const value = drh[i] * gate(a);
      const to = p.d_state_at + i;
      d_state[to] = p.accumulate === 1 ? d_state[to] + value : value;
    }
  },
  cost: (p) => ({ flops: 20 * p.batch * p.units, bytes: 24 * p.batch * p.units }),
});
