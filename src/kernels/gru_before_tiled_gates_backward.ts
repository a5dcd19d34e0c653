// Second half of a GRU time step backward with the reset before the product, by tiles through workgroup memory, for GPUs.
import wgsl from '../../shaders/gru_before_tiled_gates_backward.wgsl?raw';
import { gruBeforeGatesBackward } from './gru_before_gates_backward.ts';
import { tiledStep } from './recurrent_tile.ts';

/** As gru_before_gates_backward; `tile_rows`, `tile_units`: what a workgroup covers. */
export const gruBeforeTiledGatesBackward = tiledStep(
  'gru_before_tiled_gates_backward',
  wgsl,
  gruBeforeGatesBackward,
  1,
);
