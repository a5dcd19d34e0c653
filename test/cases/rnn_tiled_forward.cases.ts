// Cases of rnn_forward by tiles; the activations are those of the plain step, which has cases for each.
import { cases as steps } from './rnn_forward.cases.ts';
import { tiled } from './tile_case.ts';

const tanh = steps.filter((it) => it.params.activation === 0);
export const cases = tiled(tanh, [[32, 16]]);
