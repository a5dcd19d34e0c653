// Cases of the gates of a GRU with options that resets before its product, backward.
import { constant, type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

function reset(name: string, o: PointwiseStep, apart = false): KernelCase {
  const { T, N, H, step, functions, extra } = pointwise(o);
  const at = step.before * N * H;
  return {
    name,
    params: {
      ...{ t: step.t, batch: N, units: H, state_at: at, d_state_at: apart ? 0 : at },
      ...{ accumulate: apart ? 0 : 1, ...functions },
    },
    tensors: {
      drh: normal([N, H]),
      state: normal([T + 1, N, H]),
      gates: normal([T, N, 3, H]),
      d_state: apart ? constant([N, H], 9) : normal([T + 1, N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = [
  ...steps.map(([name, o]) => reset(name, o)),
  reset('gradient apart', { N: 9 }, true),
];
