// Cases of the LSTM step forward by tiles: one and two pairs a thread, four and sixteen rows; the others off the tile alone.
import { cases as steps } from './lstm_forward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [
  [16, 32],
  [4, 8],
]);
