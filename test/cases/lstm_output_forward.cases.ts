// Cases of the output of an LSTM step with a normalised cell state, forward.
import { constant, type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

function output(name: string, o: PointwiseStep, projected: 0 | 1 = 0): KernelCase {
  const { T, N, H, mask, step, functions, extra } = pointwise(o);
  return {
    name,
    params: { ...step, projected, ...functions },
    tensors: {
      mask,
      gates: normal([T, N, 4, H]),
      s: normal([T, N, H]),
      y: projected ? constant([T, N, H], 9) : normal([T + 1, N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = [
  ...steps.map(([name, o]) => output(name, o)),
  output('projected', { masked: true, N: 9 }, 1),
];
