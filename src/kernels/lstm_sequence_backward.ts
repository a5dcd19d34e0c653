// All LSTM time steps backward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/lstm_sequence_backward.wgsl?raw';
import { defineKernel } from '../core/kernel.ts';
import { lstmBackward } from './lstm_backward.ts';
import { columnConstants, columnCost, columnGrid, sequenceParams } from './recurrent_columns.ts';

/**
 * lstm_backward for t = steps-1..0.
 *
 * gates [T,N,H,4]: activated gates on entry, dA (i,f,g,o) on exit. rt [H,H,4] = r transposed by units. c [T+1,N,H].
 * dh [T+1,N,H]: gradients from above; where mask [T,N] is 0 the gradient of slot t+1 is added to slot t.
 * dc [N,H]: gradient of the last c on entry, of the first on exit.
 */
export const lstmSequenceBackward = defineKernel({
  name: 'lstm_sequence_backward',
  wgsl,
  bindings: lstmBackward.bindings,
  params: sequenceParams,
  constants: (p, limits) => columnConstants(p, limits, 4, 4),
  workgroups: columnGrid,
  reference(tensors, p) {
    for (let t = p.steps - 1; t >= 0; t--) {
      lstmBackward.reference(tensors, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
    }
  },
  cost: (p) => columnCost(p, 4, 14),
});
