// All LSTM time steps forward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/lstm_sequence_forward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lstmForward } from './lstm_forward.ts';
import { columnConstants, columnCost, columnGrid, sequenceParams } from './recurrent_columns.ts';

/**
 * lstm_forward for t = 0..steps-1.
 *
 * gates [T,N,H,4]: overwritten by the activated gates. r [H,H,4]. h, c [T+1,N,H]: slot 0 is read, slots 1..T are
 * written. mask [T,N]: where 0, the state is kept.
 */
export const lstmSequenceForward = defineKernel({
  name: 'lstm_sequence_forward',
  wgsl,
  bindings: lstmForward.bindings,
  params: sequenceParams,
  constants: (p, limits) => columnConstants(p, limits, 4, 1),
  workgroups: columnGrid,
  reference(tensors, p) {
    for (let t = 0; t < p.steps; t++) lstmForward.reference(tensors, { ...p, t });
  },
  cost: (p) => columnCost(p, 4, 12),
});
