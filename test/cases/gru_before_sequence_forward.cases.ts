// Cases of all GRU steps in one dispatch, reset before the product.
import type { Precision } from '../../src/core/limits.ts';
import { constant, extreme, integers, type KernelCase, normal } from './kernel_case.ts';
import { sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(3, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    return {
      ...sequenceCase(s),
      tensors: {
        r: weights(precision, lanes, H, 3 * H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        gates: s.extreme ? extreme([lanes, T, N, 3, H]) : normal([lanes, T, N, 3, H]),
        rh: normal([lanes, T, N, H]),
        h: normal([lanes, T + 1, N, H], 0.5),
      },
    };
  });
}

export const cases = casesIn('f32');
