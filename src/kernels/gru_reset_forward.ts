// The gates of a GRU with options that resets before its product.
import wgsl from '../../shaders/gru_reset_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { activationConstants, activationParams, cellFunctions } from './cell_activations.ts';
import { blockAt, pointwiseGrid } from './pointwise_step.ts';

/**
 * a_z,a_r = gates[t] + S; rh = f(a_r)∘h.
 *
 * gates [T,N,3,H] (z,r,n): z and r of step t hold x·W + b and get a. sums [N,3,H] = S. state: h as the products see it,
 * [N,H] from element `state_at` on. rh [T,N,H]: step t is written.
 */
export const gruResetForward = defineKernel({
  name: 'gru_reset_forward',
  wgsl,
  bindings: { sums: 'read', state: 'read', gates: 'readwrite', rh: 'readwrite' },
  params: { t: 'u32', batch: 'u32', units: 'u32', state_at: 'u32', ...activationParams },
  constants: activationConstants,
  workgroups: pointwiseGrid,
  reference({ sums, state, gates, rh }, p) {
    const { gate } = cellFunctions(p);
    const size = p.batch * p.units;
    for (let i = 0; i < size; i++) {
      const row = Math.floor(i / p.units);
      const at = (k: number) => blockAt(p.units, 3, k, p.t * p.batch + row, i % p.units);
      for (let k = 0; k < 2; k++) gates[at(k)] += sums[blockAt(p.units, 3, k, row, i % p.units)];
      rh[p.t * size + i] = gate(gates[at(1)]) * state[p.state_at + i];
    }
  },
  cost: (p) => ({ flops: 10 * p.batch * p.units, bytes: 32 * p.batch * p.units }),
});
