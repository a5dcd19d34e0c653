// Cases of the row mask.
import {
  constant,
  extreme,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';

function masked(name: string, x: TensorCase, accumulate: 0 | 1 = 0): KernelCase {
  const [rows, cols] = x.shape;
  return {
    name: `${name} ${rows}x${cols}`,
    params: { rows, cols, accumulate },
    tensors: {
      x,
      mask: integers([rows], 3),
      y: accumulate ? normal(x.shape) : constant(x.shape, 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  masked('one', normal([1, 1])),
  masked('rows', normal([33, 65])),
  masked('added', normal([127, 3]), 1),
  masked('extreme', extreme([9, 9])),
  {
    ...masked('unaligned', normal([12, 5]), 1),
    tensors: { x: unaligned(normal([12, 5])), mask: integers([12], 2), y: unaligned(normal([12, 5])) },
  },
  { ...masked('large', normal([1024, 256])), bench: true },
];
