// Cases of rnn_forward by tiles: tanh, and the other activations by tiles of their own; all that a step can meet is tested plain.
import { cases as steps } from './rnn_forward.cases.ts';
import { tiled, withActivations } from './tile_case.ts';

const tanh = steps.filter((it) => it.params.activation === 0);
export const cases = withActivations(tiled(tanh, [[32, 16]]));
