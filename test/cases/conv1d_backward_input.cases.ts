// Cases of the gradient of a convolution for its input.
import { type ConvCase, conv, convCases, largeConv } from './conv_case.ts';
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function gradient({ name, params, x, w, y }: ConvCase, accumulate: 0 | 1 = 0): KernelCase {
  return {
    name,
    sum: w[0] * w[2],
    params: { ...params, accumulate },
    tensors: { dy: normal(y), w: normal(w), dx: accumulate ? normal(x) : constant(x, 9) },
  };
}

const part = gradient(conv('unaligned', [6, 2, 3, 4, 2]), 1);

export const cases: readonly KernelCase[] = [
  ...convCases.map((it) => gradient(it)),
  gradient(conv('added', [9, 3, 4, 5, 3]), 1),
  { ...part, tensors: { ...part.tensors, dy: unaligned(part.tensors.dy), dx: unaligned(part.tensors.dx) } },
  { ...gradient(largeConv), bench: true },
];
