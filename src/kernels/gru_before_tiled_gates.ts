// First half of a GRU time step forward with the reset before the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_before_tiled_gates.wgsl?raw';
import { gruBeforeGates } from './gru_before_gates.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_before_gates; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruBeforeTiledGates = tiledStep('gru_before_tiled_gates', wgsl, gruBeforeGates, 2);
