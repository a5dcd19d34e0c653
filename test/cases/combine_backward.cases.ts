// Cases of the gradients of elementwise combinations: each operation and side, each mask, added and not.
import { operations } from '../../src/kernels/combine.ts';
import { large, operands, operationNames } from './combine_case.ts';
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function gradient(
  operation: keyof typeof operations,
  side: 0 | 1,
  rows: number,
  cols: number,
  { masked = 0, accumulate = 0 }: { masked?: number; accumulate?: 0 | 1 } = {},
): KernelCase {
  return {
    name: `${operation} side ${side} ${rows}x${cols} masks ${masked}${accumulate ? ' added' : ''}`,
    params: { count: rows * cols, cols, operation: operations[operation], masked, side, accumulate },
    tensors: {
      ...operands(rows, cols, masked),
      dy: normal([rows, cols]),
      dx: accumulate ? normal([rows, cols]) : constant([rows, cols], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  ...operationNames.flatMap((name) => [gradient(name, 0, 13, 5), gradient(name, 1, 13, 5)]),
  ...[1, 2, 3].flatMap((masked) => [
    gradient('multiply', 0, 33, 2, { masked, accumulate: 1 }),
    gradient('minimum', 1, 33, 2, { masked }),
  ]),
  {
    ...gradient('multiply', 1, 9, 7, { accumulate: 1 }),
    name: 'unaligned',
    tensors: {
      ...operands(9, 7, 0),
      a: unaligned(normal([9, 7])),
      b: unaligned(normal([9, 7])),
      dy: unaligned(normal([9, 7])),
      dx: unaligned(normal([9, 7])),
    },
  },
  {
    ...gradient('multiply', 0, 1024, 256, { masked: 3 }),
    tensors: { ...large, dy: normal([1024, 256]), dx: constant([1024, 256], 9) },
    bench: true,
  },
];
