// Cases of average pooling: padding counted and not, masks, steps that all are masked.
import { constant, integers, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';
import { type PoolCase, pool, poolCases } from './pool_case.ts';

interface Options {
  zeros?: 0 | 1;
  mask?: (shape: readonly number[]) => TensorCase;
  features?: number;
  at?: number;
}

function mean({ name, params }: PoolCase, options: Options = {}): KernelCase {
  const { zeros = 0, mask, features = params.cols % 3 === 0 ? 3 : 1, at = 0 } = options;
  const { steps, out_steps: outSteps, cols } = params;
  const batch = cols / features;
  const x = normal([steps, cols]);
  return {
    name: `${name}${zeros ? ', zeros count' : ''}${mask ? ', masked' : ''}`,
    sum: params.size,
    params: { ...params, features, zeros, masked: mask ? 1 : 0 },
    tensors: {
      x: at ? unaligned(x, at) : x,
      mask: mask ? mask([steps, batch]) : constant([4], 0),
      y: constant([outSteps, cols], 9),
      shares: constant([outSteps, batch], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...poolCases.map((it) => mean(it)),
  mean(pool('padded', [10, 6, 3], { stride: 2, pad: 1 }), { zeros: 1 }),
  mean(pool('all steps', [33, 66, 33]), { mask: (shape) => integers(shape, 2) }),
  mean(pool('nothing counts', [5, 6, 5]), { mask: (shape) => constant(shape, 0) }),
  mean(pool('unaligned', [6, 5, 2]), { at: 37 }),
  { ...mean(pool('large', [128, 2048, 2]), { features: 64 }), bench: true },
];
