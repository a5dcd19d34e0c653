// Cases of merged masks: both, any, and off the workgroup.
import { constant, integers, type KernelCase, unaligned } from './kernel_case.ts';

const merged = (name: string, count: number, any: 0 | 1): KernelCase => ({
  name: `${name} ${count} ${any ? 'any' : 'both'}`,
  params: { count, any },
  tensors: { a: integers([count], 3), b: integers([count], 2), y: constant([count], 9) },
});

export const cases: readonly KernelCase[] = [
  merged('one', 1, 0),
  merged('some', 127, 0),
  merged('some', 65, 1),
  {
    ...merged('unaligned', 33, 1),
    tensors: {
      a: unaligned(integers([33], 2)),
      b: unaligned(integers([33], 2)),
      y: unaligned(constant([33], 9)),
    },
  },
];
