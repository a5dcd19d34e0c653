// Cases of all GRU steps backward in one dispatch, reset before the product, weights in f16.
import { casesIn } from './gru_before_sequence_backward.cases.ts';

export const cases = casesIn('f16');
