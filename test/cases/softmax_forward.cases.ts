// Cases of softmax and log softmax.
import { constant, extreme, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

function softmax(name: string, x: TensorCase, logarithm: 0 | 1): KernelCase {
  const [rows, classes] = x.shape;
  return {
    name: `${logarithm ? 'log ' : ''}${name} ${rows}x${classes}`,
    params: { rows, classes, logarithm },
    tensors: { x, y: constant(x.shape, 9) },
  };
}

export const cases: readonly KernelCase[] = [
  ...([0, 1] as const).flatMap((logarithm) => [
    softmax('one', normal([1, 1]), logarithm),
    softmax('rows', normal([65, 33], 3), logarithm),
    softmax('rows', normal([3, 127], 3), logarithm),
    softmax('one class', normal([33, 1]), logarithm),
    softmax('extreme', extreme([7, 65]), logarithm),
  ]),
  // More workgroups than one row of the grid has, where a workgroup takes one row.
  softmax('many rows', normal([40000, 2]), 0),
  { ...softmax('large', normal([512, 1000]), 0), bench: true },
];
