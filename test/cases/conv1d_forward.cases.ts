// Cases of the convolution over time.
import { type ConvCase, conv, convCases, largeConv } from './conv_case.ts';
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function forward({ name, params, x, w, y }: ConvCase, biased: 0 | 1 = 1): KernelCase {
  return {
    name: biased ? name : `${name}, no bias`,
    sum: w[0] * w[1],
    params: { ...params, biased },
    tensors: {
      x: normal(x),
      w: normal(w),
      bias: biased ? normal([params.filters]) : constant([4], 7),
      y: constant(y, 9),
    },
  };
}

const part = forward(conv('unaligned', [6, 2, 3, 4, 2]));

export const cases: readonly KernelCase[] = [
  ...convCases.map((it) => forward(it)),
  forward(conv('valid', [9, 3, 4, 5, 3]), 0),
  { ...part, tensors: { ...part.tensors, x: unaligned(part.tensors.x) } },
  { ...forward(largeConv), bench: true },
];
