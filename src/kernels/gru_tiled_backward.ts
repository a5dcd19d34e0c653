// One GRU time step backward, reset after the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_tiled_backward.wgsl?raw';
import { gruBackward } from './gru_backward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_backward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruTiledBackward = tiledStep('gru_tiled_backward', wgsl, gruBackward, 1);
