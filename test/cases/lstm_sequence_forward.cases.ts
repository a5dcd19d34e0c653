// Cases of all LSTM steps in one dispatch.
import type { Precision } from '../../src/core/limits.ts';
import { constant, extreme, integers, type KernelCase, normal } from './kernel_case.ts';
import { sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(4, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    return {
      ...sequenceCase(s),
      tensors: {
        r: weights(precision, lanes, H, 4 * H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        gates: s.extreme ? extreme([lanes, T, N, H, 4]) : normal([lanes, T, N, H, 4]),
        h: normal([lanes, T + 1, N, H], 0.5),
        c: normal([lanes, T + 1, N, H]),
      },
    };
  });
}

export const cases = casesIn('f32');
