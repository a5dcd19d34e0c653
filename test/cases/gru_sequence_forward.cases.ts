// Cases of all GRU steps in one dispatch, reset after the product; those of one row have no recurrent bias.
import type { Precision } from '../../src/core/limits.ts';
import { constant, extreme, integers, type KernelCase, normal } from './kernel_case.ts';
import { sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(3, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    const shared = sequenceCase(s);
    const biased = s.rows === 1 ? 0 : 1;
    return {
      ...shared,
      params: { ...shared.params, biased },
      tensors: {
        r: weights(precision, lanes, H, 3 * H, H),
        bias: biased ? normal([lanes, 3, H]) : constant([1], 0),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        gates: s.extreme ? extreme([lanes, T, N, 3, H]) : normal([lanes, T, N, 3, H]),
        q: normal([lanes, T, N, H]),
        h: normal([lanes, T + 1, N, H], 0.5),
      },
    };
  });
}

export const cases = casesIn('f32');
