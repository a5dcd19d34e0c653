// Cases of all steps of the simple RNN in one dispatch, with each activation in turn.
import type { Precision } from '../../src/core/limits.ts';
import { constant, extreme, integers, type KernelCase, normal } from './kernel_case.ts';
import { activationOf, sequenceCase, sequences, weights } from './sequence_case.ts';

export function casesIn(precision: Precision): readonly KernelCase[] {
  return sequences(1, precision).map((s) => {
    const { T, N, H, lanes = 1 } = s;
    const shared = sequenceCase(s);
    return {
      ...shared,
      params: { ...shared.params, activation: activationOf(s) },
      tensors: {
        r: weights(precision, lanes, H, H, H),
        mask: s.masked ? integers([T, N], 2) : constant([1], 0),
        x: s.extreme ? extreme([lanes, T, N, H]) : normal([lanes, T, N, H]),
        h: normal([lanes, T + 1, N, H], 0.5),
      },
    };
  });
}

export const cases = casesIn('f32');
