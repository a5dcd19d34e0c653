// Cases of all LSTM steps backward in one dispatch: gates are activations, and large gradients stay large.
import type { Precision } from '../../src/core/limits.ts';
import { constant, integers, type KernelCase, normal, uniform } from './kernel_case.ts';
import { sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(4, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    const scale = s.extreme ? 1e4 : 1;
    return {
      ...sequenceCase(s),
      tensors: {
        rt: weights(precision, lanes, 4 * H, H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        c: normal([lanes, T + 1, N, H]),
        gates: uniform([lanes, T, N, H, 4], 0.02, 0.98),
        dh: normal([lanes, T + 1, N, H], scale),
        dc: normal([lanes, N, H], scale),
      },
    };
  });
}

export const cases = casesIn('f32');
