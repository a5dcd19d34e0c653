// Cases of what follows a tag.
import { ofShapes, tagged } from './crf_case.ts';
import { constant, type KernelCase } from './kernel_case.ts';

export const cases: readonly KernelCase[] = ofShapes((o) => {
  const { sizes, tensors } = tagged(o);
  return { params: sizes, tensors: { ...tensors, beta: constant([o.T, o.N, o.K], 9) } };
});
