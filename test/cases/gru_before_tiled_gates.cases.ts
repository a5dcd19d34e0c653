// Cases of gru_before_gates by tiles.
import { cases as steps } from './gru_before_gates.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [[16, 16]]);
