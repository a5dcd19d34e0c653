// All LSTM time steps backward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/lstm_sequence_backward.wgsl?raw';
import { lstmBackward } from './lstm_backward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * lstm_backward for t = steps-1..0.
 *
 * gates [T,N,H,4]: activated gates on entry, dA (i,f,g,o) on exit. rt [H,H,4] = r transposed by units. c [T+1,N,H].
 * dh [T+1,N,H]: gradients from above; where mask [T,N] is 0 the gradient of slot t+1 is added to slot t.
 * dc [N,H]: gradient of the last c on entry, of the first on exit.
 */
export const lstmSequenceBackward = sequenceKernels({
  name: 'lstm_sequence_backward',
  wgsl,
  bindings: lstmBackward.bindings,
  params: sequenceParams,
  ...{ gates: 4, parts: 4, weights: 'rt', blocks: 1, pointwise: 14 },
  reference(tensors, p) {
    for (let t = p.steps - 1; t >= 0; t--) {
      lstmBackward.reference(tensors, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
    }
  },
});
