// Cases of the norm constraint: each rule, along each axis, and a weight of zeros.
import { constant, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function rule(
  name: string,
  w: TensorCase,
  { low = 0, high = 2, rate = 1 }: { low?: number; high?: number; rate?: number } = {},
): KernelCase {
  const [outer, length, inner] = w.shape;
  return {
    name: `${name} ${outer}x${length}x${inner}`,
    params: { outer, length, inner, low, high, rate, epsilon: 1e-7 },
    tensors: { w },
    sum: length,
  };
}

export const cases: readonly KernelCase[] = [
  rule('one', normal([1, 1, 1], 5)),
  rule('max', normal([1, 17, 65])),
  rule('unit', normal([5, 9, 3]), { low: 1, high: 1 }),
  rule('min and max by half', normal([3, 4, 33]), { low: 1.9, high: 2.1, rate: 0.5 }),
  rule('zeros', constant([1, 4, 4], 0), { low: 1, high: 1 }),
  rule('unaligned', unaligned(normal([1, 12, 5]))),
  { ...rule('large', normal([1, 512, 2048])), bench: true },
];
