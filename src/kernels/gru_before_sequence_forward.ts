// All GRU time steps forward in one dispatch, reset before the product: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/gru_before_sequence_forward.wgsl?raw';
import { gruBeforeCandidate } from './gru_before_candidate.ts';
import { gruBeforeGates } from './gru_before_gates.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * gru_before_gates and gru_before_candidate for t = 0..steps-1.
 *
 * gates [T,N,3,H], blocks z|r|n: overwritten by the activated gates. r [H,3,H]. rh [T,N,H]: r∘h is written, for
 * backward. h [T+1,N,H]: slot 0 is read, slots 1..T are written. mask [T,N]: where 0, the state is kept, rh is 0 and the
 * gates are left.
 */
export const gruBeforeSequenceForward = sequenceKernels({
  name: 'gru_before_sequence_forward',
  wgsl,
  bindings: { r: 'read', mask: 'read u32', gates: 'readwrite', rh: 'readwrite', h: 'readwrite' },
  params: sequenceParams,
  columns: { blocks: 3, each: 1 },
  rows: { blocks: 1, each: 1 },
  phases: [
    { columns: 2, rows: 1 },
    { columns: 1, rows: 1 },
  ],
  ...{ weights: 'r', pointwise: 9 },
  reference(tensors, p) {
    for (let t = 0; t < p.steps; t++) {
      gruBeforeGates.reference(tensors, { ...p, t });
      gruBeforeCandidate.reference(tensors, { ...p, t });
    }
  },
});
