// One time step of the simple RNN backward, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/rnn_tiled_backward.wgsl?raw';
import { tiledStep } from './recurrent_tile.ts';
import { rnnBackward } from './rnn_backward.ts';

/** As rnn_backward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const rnnTiledBackward = tiledStep('rnn_tiled_backward', wgsl, rnnBackward, 1);
