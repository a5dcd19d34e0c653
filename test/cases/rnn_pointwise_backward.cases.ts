// Cases of a step of a plain recurrent cell with options, backward.
import { type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

function step(name: string, o: PointwiseStep): KernelCase {
  const { T, N, H, mask, step, functions, extra } = pointwise(o);
  return {
    name,
    params: { ...step, ...functions },
    tensors: {
      mask,
      gates: normal([T, N, H]),
      dh: normal([T + 1, N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = steps.map(([name, o]) => step(name, o));
