// Cases of a step of an LSTM with options: each option alone and together.
import { constant, type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

export interface LstmCase extends PointwiseStep {
  peephole?: 0 | 1;
  coupled?: 0 | 1;
  normalized?: 0 | 1;
  projected?: 0 | 1;
  cellClip?: number;
}

/** Params of a step, and its sizes. */
export function lstmStep(o: LstmCase) {
  const { peephole = 0, coupled = 0, normalized = 0, projected = 0, cellClip = 0 } = o;
  const it = pointwise(o);
  const params = {
    ...{ ...it.step, peephole, coupled, normalized, projected },
    ...{ cell_clip: cellClip, ...it.functions },
  };
  return { ...it, params, projected };
}

/** The options of an LSTM, each alone and together. */
export const lstmSteps: readonly (readonly [name: string, o: LstmCase])[] = [
  ...steps,
  ['peephole', { peephole: 1, masked: true, N: 9 }],
  ['coupled', { coupled: 1, peephole: 1 }],
  ['projected', { projected: 1, masked: true, N: 9 }],
  ['normalised', { normalized: 1, masked: true, N: 9 }],
  [
    'all',
    { normalized: 1, projected: 1, peephole: 1, coupled: 1, cellClip: 0.5, clip: 0.8, masked: true, N: 9 },
  ],
  ['cell clip', { cellClip: 0.4, N: 9 }],
];

function forward(name: string, o: LstmCase): KernelCase {
  const { T, N, H, mask, params, projected, extra } = lstmStep(o);
  return {
    name,
    params,
    tensors: {
      sums: normal([N, 4, H]),
      mask,
      peepholes: normal([3, H]),
      gates: normal([T, N, 4, H]),
      c: normal([T + 1, N, H]),
      y: projected ? constant([T, N, H], 9) : normal([T + 1, N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = lstmSteps.map(([name, o]) => forward(name, o));
