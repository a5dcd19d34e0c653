// All GRU time steps forward in one dispatch, reset after the product: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/gru_sequence_forward.wgsl?raw';
import { gruForward } from './gru_forward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * gru_forward for t = 0..steps-1.
 *
 * gates [T,N,3,H], blocks z|r|n: overwritten by the activated gates. r [H,3,H]; bias [3,H]: the recurrent bias, read
 * where `biased` = 1. q [T,N,H]: written, for backward. h [T+1,N,H]: slot 0 is read, slots 1..T are written.
 * mask [T,N]: where 0, the state is kept, gates and q are left.
 */
export const gruSequenceForward = sequenceKernels({
  name: 'gru_sequence_forward',
  wgsl,
  bindings: gruForward.bindings,
  params: { ...sequenceParams, biased: 'u32' },
  columns: { blocks: 3, each: 1 },
  rows: { blocks: 1, each: 1 },
  ...{ weights: 'r', pointwise: 9 },
  reference(tensors, p) {
    for (let t = 0; t < p.steps; t++) gruForward.reference(tensors, { ...p, t });
  },
});
