// Cases of gru_before_candidate_backward by tiles.
import { cases as steps } from './gru_before_candidate_backward.cases.ts';
import { tiled } from './tile_case.ts';

export const cases = tiled(steps, [[8, 32]]);
