// Cases of all steps of the simple RNN backward in one dispatch, weights in f16.
import { casesIn } from './rnn_sequence_backward.cases.ts';

export const cases = casesIn('f16');
