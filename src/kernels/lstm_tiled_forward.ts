// One LSTM time step forward by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/lstm_tiled_forward.wgsl?raw';
import { lstmForward } from './lstm_forward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As lstm_forward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const lstmTiledForward = tiledStep('lstm_tiled_forward', wgsl, lstmForward, 4);
