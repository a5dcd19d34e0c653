// Cases of the gradient over the transitions between tags; sums of paths are made up.
import { ofShapes, tagged } from './crf_case.ts';
import { type KernelCase, normal, uniform } from './kernel_case.ts';

export const cases: readonly KernelCase[] = ofShapes((o) => {
  const { sizes, tensors } = tagged(o);
  const shape = [o.T, o.N, o.K];
  return {
    params: { ...sizes, accumulate: o.T % 2 },
    tensors: {
      ...tensors,
      alpha: normal(shape),
      beta: normal(shape),
      summary: uniform([3, o.N], 1, 4),
      slopes: normal([o.K + 2, o.K]),
    },
  };
});
