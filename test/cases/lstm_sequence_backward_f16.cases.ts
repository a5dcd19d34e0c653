// Cases of all LSTM steps backward in one dispatch, weights in f16.
import { casesIn } from './lstm_sequence_backward.cases.ts';

export const cases = casesIn('f16');
