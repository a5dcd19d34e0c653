// Cases of gru_before_gates_backward by tiles.
import { cases as steps } from './gru_before_gates_backward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [[32, 8]]);
