// Cases of all LSTM steps backward in one dispatch: gates are activations, and large gradients stay large.
import { constant, integers, type KernelCase, normal, uniform } from './kernel_case.ts';
import { sequenceParams, sequences } from './sequence_case.ts';

export const cases: readonly KernelCase[] = sequences(4).map((s) => {
  const { T, N, H } = s;
  const scale = s.extreme ? 1e4 : 1;
  return {
    name: s.name,
    sum: H,
    params: sequenceParams(s),
    tensors: {
      rt: normal([H, H, 4], 1 / Math.sqrt(H)),
      mask: s.masked ? integers([T, N], 2) : constant([1], 0),
      c: normal([T + 1, N, H]),
      gates: uniform([T, N, H, 4], 0.02, 0.98),
      dh: normal([T + 1, N, H], scale),
      dc: normal([N, H], scale),
    },
    ...(s.bench && { bench: true }),
  };
});
