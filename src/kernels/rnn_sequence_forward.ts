// All time steps of the simple RNN forward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/rnn_sequence_forward.wgsl?raw';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';
import { rnnForward } from './rnn_forward.ts';

/**
 * rnn_forward for t = 0..steps-1.
 *
 * `activation` is an index of recurrentActivations, one pipeline each. x [T,N,H] holds x·W + b. r [H,H]. h [T+1,N,H]:
 * slot 0 is read, slots 1..T are written. mask [T,N]: where 0, the state is kept.
 */
export const rnnSequenceForward = sequenceKernels({
  name: 'rnn_sequence_forward',
  wgsl,
  bindings: rnnForward.bindings,
  params: { ...sequenceParams, activation: 'u32' },
  columns: { blocks: 1, each: 1 },
  rows: { blocks: 1, each: 1 },
  ...{ weights: 'r', pointwise: 2 },
  constants: (p) => ({ ACTIVATION: p.activation }),
  reference(tensors, p) {
    for (let t = 0; t < p.steps; t++) rnnForward.reference(tensors, { ...p, t });
  },
});
