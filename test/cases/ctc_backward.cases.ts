// Cases of the gradient of the CTC loss, over sums forward that the case makes up: what ctc_forward leaves is tested with it.
import { type Sequences, sequences } from './ctc_case.ts';
import { constant, type KernelCase, normal, uniform } from './kernel_case.ts';

function slopes(
  name: string,
  o: Sequences & { rowWeighted?: boolean; total?: number; bench?: boolean },
): KernelCase {
  const { T, N, C, S, rowWeighted = false, total = 0.7 * N } = o;
  const { params, tensors } = sequences(o);
  return {
    name: `${name} ${T}x${N}x${C}, ${S} labels`,
    sum: T,
    params: { ...params, row_weighted: rowWeighted ? 1 : 0 },
    tensors: {
      ...tensors,
      alpha: uniform([N, T + 2, 2 * S + 1], -9, -8),
      row_weight: rowWeighted ? normal([N]) : constant([4], 0),
      total: constant([1], total),
      slopes: constant([T, N, C], 9),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  slopes('one', { T: 1, N: 1, C: 2, S: 1 }),
  slopes('plain', { T: 9, N: 5, C: 6, S: 3, rowWeighted: true }),
  slopes('many states', { T: 12, N: 2, C: 9, S: 40 }),
  slopes('many sequences', { T: 6, N: 70, C: 4, S: 2, perLabel: true }),
  slopes('lengths', { T: 9, N: 4, C: 6, S: 3, steps: [9, 4, 0, 7], labels: [3, 0, 1, 2], perLabel: true }),
  slopes('repetitions', { T: 9, N: 3, C: 4, S: 4, repeated: true, blank: 3 }),
  slopes('nothing counts', { T: 5, N: 3, C: 4, S: 2, total: 0 }),
  slopes('large', { T: 100, N: 32, C: 30, S: 20, bench: true }),
];
