// All LSTM time steps backward in one dispatch: a workgroup owns a few batch rows and needs no other.
import wgsl from '../../shaders/lstm_sequence_backward.wgsl?raw';
import { lstmBackward } from './lstm_backward.ts';
import { sequenceKernels, sequenceParams } from './recurrent_columns.ts';

/**
 * lstm_backward for t = steps-1..0.
 *
 * gates [T,N,H,4]: activated gates on entry, dA (i,f,g,o) on exit. rt [4H,H] = r transposed.
 * c [T+1,N,H]. dh [T+1,N,H]: gradients from above; where mask [T,N] is 0 the gradient of slot t+1 is added to slot t.
 * dc [N,H]: gradient of the last c on entry, of the first on exit.
 */
export const lstmSequenceBackward = sequenceKernels({
  name: 'lstm_sequence_backward',
  wgsl,
  bindings: lstmBackward.bindings,
  params: sequenceParams,
  columns: { blocks: 1, each: 1 },
  rows: { blocks: 1, each: 4 },
  ...{ weights: 'rt', wholeQuads: true, pointwise: 14 },
  reference(tensors, p) {
    const { units } = p;
    // As the step takes it, the gates of a unit side by side.
    const rt = tensors.rt.map((_, i) => {
      const [k, unit, gate] = [Math.floor(i / 4 / units), Math.floor(i / 4) % units, i % 4];
      return tensors.rt[(4 * k + gate) * units + unit];
    });
    for (let t = p.steps - 1; t >= 0; t--) {
      lstmBackward.reference({ ...tensors, rt }, { ...p, t, last: t === p.steps - 1 ? 1 : 0 });
    }
  },
});
