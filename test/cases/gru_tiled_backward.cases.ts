// Cases of gru_backward by tiles.
import { cases as steps } from './gru_backward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [[16, 32]]);
