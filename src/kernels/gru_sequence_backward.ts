// All GRU time steps backward in one dispatch, reset after the product: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/gru_sequence_backward.wgsl?raw';
import { gruBackward } from './gru_backward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * gru_backward for t = steps-1..0.
 *
 * gates [T,N,3,H]: activated z|r|n on entry, dz|dr|dn on exit. q [T,N,H]: q on entry, dq on exit. rt [3,H,H] =
 * r [H,3H] transposed. h [T+1,N,H]. dh [T+1,N,H]: gradients from above; what flows past the product is added to slot t,
 * where mask [T,N] is 0 the whole gradient of slot t+1.
 */
export const gruSequenceBackward = sequenceKernels({
  name: 'gru_sequence_backward',
  wgsl,
  bindings: gruBackward.bindings,
  params: sequenceParams,
  columns: { blocks: 1, each: 1 },
  rows: { blocks: 3, each: 1 },
  ...{ weights: 'rt', pointwise: 12 },
  reference(tensors, p) {
    for (let t = p.steps - 1; t >= 0; t--) {
      gruBackward.reference(tensors, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
    }
  },
});
