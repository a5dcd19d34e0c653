// Cases of the LSTM step backward by tiles: one and two pairs a thread, four and sixteen rows; the others off the tile alone.
import { cases as steps } from './lstm_backward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [
  [16, 32],
  [4, 8],
]);
