// Cases of rnn_forward by tiles.
import { cases as steps } from './rnn_forward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [
  [8, 32],
  [32, 16],
]);
