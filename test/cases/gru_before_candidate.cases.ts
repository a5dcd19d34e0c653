// Cases of the candidate of a GRU step with the reset before the product: z and r are activated, n is not.
import { gateBlocks, openGate } from './gru_case.ts';
import { constant, extreme, integers, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

interface Step {
  T?: number;
  N?: number;
  H?: number;
  t?: number;
  masked?: boolean;
  reverse?: 0 | 1;
  /** 2: both directions. */
  lanes?: 1 | 2;
  gate?: (shape: readonly number[]) => TensorCase;
  fill?: (shape: readonly number[]) => TensorCase;
  bench?: boolean;
}

function step(name: string, o: Step): KernelCase {
  const {
    T = 2,
    N = 3,
    H = 5,
    t = 1,
    masked = false,
    reverse = 0,
    lanes = 1,
    gate = openGate,
    fill = normal,
    bench,
  } = o;
  return {
    name,
    sum: H,
    params: { t, steps: T, batch: N, units: H, masked: masked ? 1 : 0, reverse, lanes },
    tensors: {
      r: normal([lanes, H, 3, H], 1 / Math.sqrt(H)),
      mask: masked ? integers([T, N], 2) : constant([1], 0),
      rh: normal([lanes, T, N, H], 0.5),
      gates: gateBlocks([lanes, T, N, 3, H], gate, gate, fill),
      h: normal([lanes, T + 1, N, H], 0.5),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  step('T=1 N=1 H=1', { T: 1, N: 1, H: 1, t: 0 }),
  step('N=1 H=33', { N: 1, H: 33 }),
  step('N=2 H=18', { N: 2, H: 18 }),
  step('N=33 H=1', { N: 33, H: 1 }),
  step('off the tile', { N: 17, H: 65, T: 3, t: 2 }),
  step('masked', { N: 18, H: 7, T: 3, masked: true }),
  step('extreme candidate', { N: 4, H: 16, fill: extreme }),
  step('saturated gates', { N: 4, H: 16, gate: (shape) => integers(shape, 2) }),
  step('from the last step', { N: 5, H: 18, T: 4, t: 1, masked: true, reverse: 1 }),
  step('both directions', { N: 7, H: 18, T: 4, t: 1, masked: true, lanes: 2 }),
  step('H=127', { N: 5, H: 127 }),
  step('H=512', { N: 4, H: 512 }),
  step('medium', { N: 32, H: 128, bench: true }),
];
