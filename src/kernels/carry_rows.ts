// Masked rows of a sequence that go on from slot to slot.
import wgsl from '../../shaders/carry_rows.wgsl?raw';
import { defineKernel, linearGrid } from '../core/kernel.ts';

/** Where mask [T,N] is 0 in step t: sequence[target_slot,row,:] (+)= sequence[source_slot,row,:]. sequence [slots,N,cols]. */
export const carryRows = defineKernel({
  name: 'carry_rows',
  wgsl,
  bindings: { mask: 'read u32', sequence: 'readwrite' },
  params: {
    t: 'u32',
    batch: 'u32',
    cols: 'u32',
    source_slot: 'u32',
    target_slot: 'u32',
    accumulate: 'u32',
  },
  workgroups: (p) => linearGrid(p.batch * p.cols, 64),
  reference({ mask, sequence }, p) {
    const size = p.batch * p.cols;
    for (let i = 0; i < size; i++) {
      if (mask[p.t * p.batch + Math.floor(i / p.cols)] !== 0) continue;
      const value = sequence[p.source_slot * size + i];
      const at = p.target_slot * size + i;
      sequence[at] = p.accumulate === 1 ? sequence[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.batch * p.cols }),
});
