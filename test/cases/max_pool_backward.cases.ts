// Cases of the gradient of max pooling: places that no window, one or several have.
import { constant, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';
import { type PoolCase, pool, poolCases } from './pool_case.ts';

function gradient({ name, params }: PoolCase, accumulate: 0 | 1 = 0, at = 0): KernelCase {
  const { steps, out_steps: outSteps, cols, size, stride, pad } = params;
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  const out = [outSteps, cols];
  let i = 0;
  const places: TensorCase = {
    shape: out,
    // A step of the window t, in the order of elements.
    values(next) {
      const start = Math.floor(i++ / cols) * stride - pad;
      const first = Math.max(start, 0);
      return first + next.below(Math.min(start + size, steps) - first);
    },
  };
  return {
    name,
    params: { ...params, accumulate },
    tensors: {
      dy: placed(normal(out)),
      places,
      dx: placed(accumulate ? normal([steps, cols]) : constant([steps, cols], 9)),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...poolCases.map((it) => gradient(it)),
  gradient(pool('added', [9, 12, 3], { stride: 1 }), 1),
  gradient(pool('unaligned', [6, 5, 2]), 1, 37),
  { ...gradient(pool('large', [128, 2048, 2])), bench: true },
];
