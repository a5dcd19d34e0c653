// Cases of the gradients of penalties: signs, zeros, added and not.
import { constant, exactly, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function gradient(name: string, w: TensorCase, accumulate: 0 | 1, l1 = 0.3, l2 = 0.2): KernelCase {
  const [count] = w.shape;
  return {
    name: `${name} ${count}`,
    params: { count, l1, l2, accumulate },
    tensors: { w, dw: accumulate ? normal([count]) : constant([count], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  gradient('one', normal([1]), 0),
  gradient('signs and zeros', exactly([5], [0, -0, 1e-20, -1e-20, 3]), 0),
  gradient('added', normal([127]), 1),
  {
    ...gradient('unaligned', unaligned(normal([65])), 1),
    tensors: { w: unaligned(normal([65])), dw: unaligned(normal([65])) },
  },
  { ...gradient('large', normal([262144]), 1), bench: true },
];
