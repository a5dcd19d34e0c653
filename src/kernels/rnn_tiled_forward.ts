// One time step of the simple RNN forward, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/rnn_tiled_forward.wgsl?raw';
import { tiledStep } from './recurrent_tile.ts';
import { rnnForward } from './rnn_forward.ts';

/** As rnn_forward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const rnnTiledForward = tiledStep('rnn_tiled_forward', wgsl, rnnForward, 1);
