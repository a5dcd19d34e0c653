// Second half of a GRU time step forward with the reset before the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_before_tiled_candidate.wgsl?raw';
import { gruBeforeCandidate } from './gru_before_candidate.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_before_candidate; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruBeforeTiledCandidate = tiledStep('gru_before_tiled_candidate', wgsl, gruBeforeCandidate, 1);
