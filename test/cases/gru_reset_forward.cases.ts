// Cases of the gates of a GRU with options that resets before its product.
import { constant, type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

function reset(name: string, o: PointwiseStep): KernelCase {
  const { T, N, H, step, functions, extra } = pointwise(o);
  return {
    name,
    params: { t: step.t, batch: N, units: H, state_at: step.before * N * H, ...functions },
    tensors: {
      sums: normal([N, 3, H]),
      state: normal([T + 1, N, H]),
      gates: normal([T, N, 3, H]),
      rh: constant([T, N, H], 9),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = steps.map(([name, o]) => reset(name, o));
