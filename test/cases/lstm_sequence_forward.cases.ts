// Cases of all LSTM steps in one dispatch.
import { constant, extreme, integers, type KernelCase, normal } from './kernel_case.ts';
import { sequenceParams, sequences } from './sequence_case.ts';

export const cases: readonly KernelCase[] = sequences(4).map((s) => {
  const { T, N, H } = s;
  return {
    name: s.name,
    sum: H,
    params: sequenceParams(s),
    tensors: {
      r: normal([H, H, 4], 1 / Math.sqrt(H)),
      mask: s.masked ? integers([T, N], 2) : constant([1], 0),
      gates: s.extreme ? extreme([T, N, H, 4]) : normal([T, N, H, 4]),
      h: normal([T + 1, N, H], 0.5),
      c: normal([T + 1, N, H]),
    },
    ...(s.bench && { bench: true }),
  };
});
