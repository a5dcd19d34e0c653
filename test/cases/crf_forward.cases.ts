// Cases of the loss of tag sequences.
import { ofShapes, tagged } from './crf_case.ts';
import { constant, type KernelCase, normal } from './kernel_case.ts';

export const cases: readonly KernelCase[] = [
  ...ofShapes((o) => {
    const { sizes, tensors } = tagged(o);
    const weighted = o.T % 2 === 1;
    return {
      params: { ...sizes, row_weighted: weighted ? 1 : 0 },
      tensors: {
        ...tensors,
        row_weight: weighted ? normal([o.N]) : constant([4], 0),
        total: constant([1], 0.7 * o.N),
        alpha: constant([o.T, o.N, o.K], 9),
        summary: constant([3, o.N], 9),
      },
    };
  }),
];
