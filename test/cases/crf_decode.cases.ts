// Cases of the most probable tags.
import { ofShapes, tagged } from './crf_case.ts';
import { constant, type KernelCase } from './kernel_case.ts';

export const cases: readonly KernelCase[] = ofShapes((o) => {
  const { sizes, tensors } = tagged(o);
  const shape = [o.T, o.N, o.K];
  return {
    params: sizes,
    tensors: {
      ...tensors,
      best: constant(shape, 9),
      came_from: constant(shape, 9),
      decoded: constant([o.T, o.N], 9),
    },
  };
});
