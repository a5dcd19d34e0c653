// Cases of the CTC loss: lengths, repetitions, sequences too short for their labels.
import { type Sequences, sequences } from './ctc_case.ts';
import { constant, type KernelCase } from './kernel_case.ts';

function losses(name: string, o: Sequences & { zeroInfinity?: boolean; bench?: boolean }): KernelCase {
  const { T, N, C, S } = o;
  const { params, tensors } = sequences(o);
  return {
    name: `${name} ${T}x${N}x${C}, ${S} labels`,
    sum: T,
    params: { ...params, zero_infinity: o.zeroInfinity === false ? 0 : 1 },
    tensors: { ...tensors, alpha: constant([N, T + 2, 2 * S + 1], 9), loss: constant([N], 9) },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  losses('one', { T: 1, N: 1, C: 2, S: 1, zeroInfinity: false }),
  losses('plain', { T: 9, N: 5, C: 6, S: 3 }),
  losses('many states', { T: 50, N: 2, C: 9, S: 40 }),
  losses('many sequences', { T: 6, N: 70, C: 4, S: 2, perLabel: true }),
  losses('lengths', { T: 9, N: 4, C: 6, S: 3, steps: [9, 4, 0, 7], labels: [3, 0, 1, 2], perLabel: true }),
  losses('repetitions', { T: 9, N: 3, C: 4, S: 4, repeated: true, blank: 3 }),
  losses('too short', { T: 5, N: 3, C: 4, S: 4, repeated: true }),
  losses('large', { T: 100, N: 32, C: 30, S: 20, bench: true }),
];
