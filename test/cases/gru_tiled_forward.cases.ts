// Cases of gru_forward by tiles.
import { cases as steps } from './gru_forward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [[16, 16]]);
