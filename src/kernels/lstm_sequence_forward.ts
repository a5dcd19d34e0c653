// All LSTM time steps forward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/lstm_sequence_forward.wgsl?raw';
import { lstmForward } from './lstm_forward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * lstm_forward for t = 0..steps-1.
 *
 * gates [T,N,H,4]: overwritten by the activated gates. r [H,H,4]. h, c [T+1,N,H]: slot 0 is read, slots 1..T are
 * written. mask [T,N]: where 0, the state is kept.
 */
export const lstmSequenceForward = sequenceKernels({
  name: 'lstm_sequence_forward',
  wgsl,
  bindings: lstmForward.bindings,
  params: sequenceParams,
  columns: { blocks: 1, each: 4 },
  rows: { blocks: 1, each: 1 },
  ...{ weights: 'r', pointwise: 12 },
  reference(tensors, p) {
    for (let t = 0; t < p.steps; t++) lstmForward.reference(tensors, { ...p, t });
  },
});
