// Cases of all steps of the simple RNN backward in one dispatch, with each activation in turn; large gradients stay large.
import type { Precision } from '../../src/core/limits.ts';
import { constant, integers, type KernelCase, normal, uniform } from './kernel_case.ts';
import { activationOf, sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(1, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    const shared = sequenceCase(s);
    const scale = s.extreme ? 1e4 : 1;
    return {
      ...shared,
      params: { ...shared.params, activation: activationOf(s) },
      tensors: {
        rt: weights(precision, lanes, H, H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        h: uniform([lanes, T + 1, N, H], -0.98, 0.98),
        da: normal([lanes, T, N, H]),
        dh: normal([lanes, T + 1, N, H], scale),
      },
    };
  });
}

export const cases = casesIn('f32');
