// Cases of a step of a GRU with options backward, reset after and before the product.
import { type KernelCase, normal } from './kernel_case.ts';
import { type PointwiseStep, pointwise, steps } from './pointwise_case.ts';

function step(name: string, o: PointwiseStep, resetAfter: 0 | 1): KernelCase {
  const { T, N, H, mask, step, functions, extra } = pointwise(o);
  // Reset after the product, the sums of all steps are kept.
  const rows = resetAfter ? T : 1;
  const sumsAt = resetAfter ? step.t * N * 3 * H : 0;
  return {
    name,
    params: { ...step, reset_after: resetAfter, sums_at: sumsAt, ...functions },
    tensors: {
      mask,
      h: normal([T + 1, N, H]),
      sums: normal([rows, N, 3, H]),
      gates: normal([T, N, 3, H]),
      dh: normal([T + 1, N, H]),
    },
    ...extra,
  };
}

export const cases: readonly KernelCase[] = steps.flatMap(([name, o]) => [
  step(`${name}, reset after`, o, 1),
  step(`${name}, reset before`, o, 0),
]);
