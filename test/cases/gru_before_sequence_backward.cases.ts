// Cases of all GRU steps backward in one dispatch, reset before the product: gates are activations, large gradients stay large.
import type { Precision } from '../../src/core/limits.ts';
import { openGates } from './gru_case.ts';
import { constant, integers, type KernelCase, normal } from './kernel_case.ts';
import { sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(3, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    const scale = s.extreme ? 1e4 : 1;
    return {
      ...sequenceCase(s),
      tensors: {
        rt: weights(precision, 3 * lanes, H, H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        h: normal([lanes, T + 1, N, H], 0.5),
        gates: openGates([lanes, T, N, 3, H]),
        dh: normal([lanes, T + 1, N, H], scale),
      },
    };
  });
}

export const cases = casesIn('f32');
