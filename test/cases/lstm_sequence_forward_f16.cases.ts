// Cases of all LSTM steps in one dispatch, weights in f16.
import { casesIn } from './lstm_sequence_forward.cases.ts';

export const cases = casesIn('f16');
