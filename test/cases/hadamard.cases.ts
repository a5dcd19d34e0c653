// Cases of the elementwise product: written, added, unaligned.
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function product(name: string, count: number, accumulate: 0 | 1): KernelCase {
  return {
    name,
    params: { count, accumulate },
    tensors: {
      a: normal([count]),
      b: normal([count]),
      y: accumulate ? normal([count]) : constant([count], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  product('one', 1, 0),
  product('added', 65, 1),
  {
    ...product('unaligned', 127, 1),
    tensors: { a: unaligned(normal([127])), b: unaligned(normal([127])), y: unaligned(normal([127])) },
  },
  { ...product('large', 262144, 0), bench: true },
];
