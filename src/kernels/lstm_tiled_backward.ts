// One LSTM time step backward by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/lstm_tiled_backward.wgsl?raw';
import { lstmBackward } from './lstm_backward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As lstm_backward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const lstmTiledBackward = tiledStep('lstm_tiled_backward', wgsl, lstmBackward, 1);
