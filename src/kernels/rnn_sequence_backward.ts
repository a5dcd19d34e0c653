// All time steps of the simple RNN backward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/rnn_sequence_backward.wgsl?raw';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';
import { rnnBackward } from './rnn_backward.ts';

/**
 * rnn_backward for t = steps-1..0.
 *
 * `activation` is an index of recurrentActivations, one pipeline each. da [T,N,H]: written. rt [H,H] = r transposed.
 * h [T+1,N,H]: slots 1..T are read. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0, da is 0 and the gradient
 * of slot t+1 is added to slot t.
 */
export const rnnSequenceBackward = sequenceKernels({
  name: 'rnn_sequence_backward',
  wgsl,
  bindings: rnnBackward.bindings,
  params: { ...sequenceParams, activation: 'u32' },
  columns: { blocks: 1, each: 1 },
  rows: { blocks: 1, each: 1 },
  ...{ weights: 'rt', pointwise: 4 },
  constants: (p) => ({ ACTIVATION: p.activation }),
  reference(tensors, p) {
    for (let t = p.steps - 1; t >= 0; t--) {
      rnnBackward.reference(tensors, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
    }
  },
});
