// Cases of all GRU steps backward in one dispatch, reset after the product, weights in f16.
import { casesIn } from './gru_sequence_backward.cases.ts';

export const cases = casesIn('f16');
