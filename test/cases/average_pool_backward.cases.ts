// Cases of the gradient of average pooling.
import {
  constant,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
  uniform,
} from './kernel_case.ts';
import { type PoolCase, pool, poolCases } from './pool_case.ts';

interface Options {
  mask?: (shape: readonly number[]) => TensorCase;
  features?: number;
  accumulate?: 0 | 1;
  at?: number;
}

function gradient({ name, params }: PoolCase, options: Options = {}): KernelCase {
  const { mask, features = params.cols % 3 === 0 ? 3 : 1, accumulate = 0, at = 0 } = options;
  const { steps, out_steps: outSteps, cols } = params;
  const batch = cols / features;
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  return {
    name: `${name}${mask ? ', masked' : ''}`,
    params: { ...params, features, masked: mask ? 1 : 0, accumulate },
    tensors: {
      dy: placed(normal([outSteps, cols])),
      shares: uniform([outSteps, batch]),
      mask: mask ? mask([steps, batch]) : constant([4], 0),
      dx: placed(accumulate ? normal([steps, cols]) : constant([steps, cols], 9)),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...poolCases.map((it) => gradient(it)),
  gradient(pool('all steps', [33, 66, 33]), { mask: (shape) => integers(shape, 2) }),
  gradient(pool('added', [9, 12, 3], { stride: 1 }), { accumulate: 1 }),
  gradient(pool('unaligned', [6, 5, 2]), { accumulate: 1, at: 37 }),
  { ...gradient(pool('large', [128, 2048, 2]), { features: 64 }), bench: true },
];
