// Cases of all GRU steps in one dispatch, reset after the product, weights in f16.
import { casesIn } from './gru_sequence_forward.cases.ts';

export const cases = casesIn('f16');
