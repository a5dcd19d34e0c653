// First half of a GRU time step backward with the reset before the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_before_tiled_candidate_backward.wgsl?raw';
import { gruBeforeCandidateBackward } from './gru_before_candidate_backward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_before_candidate_backward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruBeforeTiledCandidateBackward = tiledStep(
  'gru_before_tiled_candidate_backward',
  wgsl,
  gruBeforeCandidateBackward,
  1,
);
