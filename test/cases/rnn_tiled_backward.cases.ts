// Cases of rnn_backward by tiles: tanh, and the other activations by tiles of their own; all that a step can meet is tested plain.
import { cases as steps } from './rnn_backward.cases.ts';
import { tiled, withActivations } from './tile_case.ts';

const tanh = steps.filter((it) => it.params.activation === 0);
export const cases = withActivations(tiled(tanh, [[8, 32]]));
