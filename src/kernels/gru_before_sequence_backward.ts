// All GRU time steps backward in one dispatch, reset before the product: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/gru_before_sequence_backward.wgsl?raw';
import { gruBeforeCandidateBackward } from './gru_before_candidate_backward.ts';
import { gruBeforeGatesBackward } from './gru_before_gates_backward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * gru_before_candidate_backward and gru_before_gates_backward for t = steps-1..0.
 *
 * gates [T,N,3,H]: activated z|r|n on entry, dz|dr|dn on exit. rt [3,H,H] = r [H,3H] transposed. h [T+1,N,H].
 * dh [T+1,N,H]: gradients from above; what flows past the products is added to slot t, where mask [T,N] is 0 the whole
 * gradient of slot t+1.
 */
export const gruBeforeSequenceBackward = sequenceKernels({
  name: 'gru_before_sequence_backward',
  wgsl,
  bindings: gruBeforeCandidateBackward.bindings,
  params: sequenceParams,
  columns: { blocks: 1, each: 1 },
  rows: { blocks: 3, each: 1 },
  phases: [
    { columns: 1, rows: 2 },
    { columns: 1, rows: 1 },
  ],
  ...{ weights: 'rt', pointwise: 9 },
  reference(tensors, p) {
    for (let t = p.steps - 1; t >= 0; t--) {
      gruBeforeCandidateBackward.reference(tensors, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
      gruBeforeGatesBackward.reference(tensors, { ...p, t });
    }
  },
});
