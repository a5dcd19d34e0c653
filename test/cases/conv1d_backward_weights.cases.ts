// Cases of the gradient of a convolution for its kernel, whole and in slices of the steps.
import { type ConvCase, conv, convCases, largeConv } from './conv_case.ts';
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function gradient({ name, params, x, w, y }: ConvCase, slice = params.out_steps): KernelCase {
  const slices = Math.ceil(params.out_steps / slice);
  return {
    name: slices > 1 ? `${name} in ${slices} slices` : name,
    sum: slice * params.batch,
    params: { ...params, slice },
    tensors: { x: normal(x), dy: normal(y), dw: constant([slices, ...w], 9) },
  };
}

const part = gradient(conv('unaligned', [6, 2, 3, 4, 2]));

export const cases: readonly KernelCase[] = [
  ...convCases.map((it) => gradient(it)),
  gradient(conv('padded', [19, 2, 3, 4, 3], { pad: 1 }), 5),
  { ...part, tensors: { ...part.tensors, x: unaligned(part.tensors.x), dy: unaligned(part.tensors.dy) } },
  { ...gradient(largeConv), bench: true },
];
