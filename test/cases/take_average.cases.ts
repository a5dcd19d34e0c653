// Cases of averages that take the place of weights: all of them, some of them, in exchange, sizes off the workgroup.
import { exactly, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

function take(name: string, size: number, exchange: 0 | 1, average: TensorCase = normal([size])): KernelCase {
  return { name, params: { size, exchange }, tensors: { parameters: normal([size]), average } };
}

/** No average in two of three elements, or one that is zero. */
const some = (size: number) => exactly([size], [0, -0, 0.5]);

export const cases: readonly KernelCase[] = [
  take('one', 1, 0),
  take('65', 65, 0),
  take('65 in exchange', 65, 1),
  take('some', 66, 0, some(66)),
  take('some in exchange', 129, 1, some(129)),
  { ...take('large', 1 << 17, 1), bench: true },
];
