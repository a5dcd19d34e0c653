// Cases of the LSTM step backward: gates are activations in step t and gradients after it.
import {
  constant,
  extreme,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  uniform,
} from './kernel_case.ts';

interface Step {
  T?: number;
  N?: number;
  H?: number;
  t?: number;
  masked?: boolean;
  reverse?: 0 | 1;
  /** 2: both directions. */
  lanes?: 1 | 2;
  gradients?: (shape: readonly number[]) => TensorCase;
  cells?: (shape: readonly number[]) => TensorCase;
  gates?: (shape: readonly number[]) => TensorCase;
  bench?: boolean;
}

function step(name: string, o: Step): KernelCase {
  const {
    T = 3,
    N = 3,
    H = 5,
    t = 1,
    masked = false,
    reverse = 0,
    lanes = 1,
    gradients = normal,
    cells = normal,
  } = o;
  const { gates = (shape) => uniform(shape, 0.02, 0.98), bench } = o;
  return {
    name,
    sum: H,
    params: {
      t,
      steps: T,
      batch: N,
      units: H,
      masked: masked ? 1 : 0,
      reverse,
      lanes,
      last: t === T - 1 ? 1 : 0,
    },
    tensors: {
      rt: normal([lanes, H, H, 4], 1 / Math.sqrt(H)),
      mask: masked ? integers([T, N], 2) : constant([1], 0),
      c: cells([lanes, T + 1, N, H]),
      gates: gates([lanes, T, N, H, 4]),
      dh: gradients([lanes, T + 1, N, H]),
      dc: gradients([lanes, N, H]),
    },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [
  step('T=1 N=1 H=1', { T: 1, N: 1, H: 1, t: 0 }),
  step('last step', { t: 2 }),
  step('first step', { t: 0, N: 2, H: 33 }),
  step('N=33 H=1', { N: 33, H: 1 }),
  step('off the tile', { N: 17, H: 65 }),
  step('masked', { N: 18, H: 7, masked: true }),
  step('large gradients', { N: 4, H: 16, gradients: (shape) => normal(shape, 1e4) }),
  step('saturated gates', { N: 4, H: 16, gates: (shape) => integers(shape, 2) }),
  step('extreme cell states', { N: 4, H: 16, cells: extreme }),
  step('from the last step', { N: 5, H: 18, T: 4, t: 1, masked: true, reverse: 1 }),
  step('both directions', { N: 7, H: 18, T: 4, t: 1, masked: true, lanes: 2 }),
  step('both directions, last step', { N: 3, H: 7, t: 2, lanes: 2 }),
  step('H=127', { N: 5, H: 127 }),
  step('H=512', { N: 4, H: 512 }),
  step('medium', { N: 32, H: 128, bench: true }),
];
