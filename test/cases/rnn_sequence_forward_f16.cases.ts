// Cases of all steps of the simple RNN in one dispatch, weights in f16.
import { casesIn } from './rnn_sequence_forward.cases.ts';

export const cases = casesIn('f16');
