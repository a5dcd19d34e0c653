// One GRU time step forward, reset after the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_tiled_forward.wgsl?raw';
import { gruForward } from './gru_forward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_forward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruTiledForward = tiledStep('gru_tiled_forward', wgsl, gruForward, 3);
