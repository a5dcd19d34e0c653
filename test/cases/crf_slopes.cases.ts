// Cases of the gradient over scores of tags; sums of paths are made up.
import { ofShapes, tagged } from './crf_case.ts';
import { constant, type KernelCase, normal } from './kernel_case.ts';

export const cases: readonly KernelCase[] = ofShapes((o) => {
  const { sizes, tensors } = tagged(o);
  const shape = [o.T, o.N, o.K];
  return {
    params: sizes,
    tensors: {
      alpha: normal(shape),
      beta: normal(shape),
      tags: tensors.tags,
      summary: normal([3, o.N]),
      slopes: constant(shape, 9),
    },
  };
});
