// Cases of the reversal in time.
import { constant, extreme, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function reversed(name: string, x: TensorCase, accumulate: 0 | 1 = 0): KernelCase {
  const [steps, width] = x.shape;
  const y = accumulate ? normal(x.shape) : constant(x.shape, 9);
  return { name: `${name} ${steps}x${width}`, params: { steps, width, accumulate }, tensors: { x, y } };
}

export const cases: readonly KernelCase[] = [
  reversed('one', normal([1, 1])),
  reversed('odd', normal([7, 65])),
  reversed('even', normal([6, 33])),
  reversed('added', normal([5, 12]), 1),
  reversed('extreme', extreme([3, 9])),
  {
    ...reversed('unaligned', normal([4, 5]), 1),
    tensors: { x: unaligned(normal([4, 5])), y: unaligned(normal([4, 5])) },
  },
  { ...reversed('large', normal([64, 4096])), bench: true },
];
