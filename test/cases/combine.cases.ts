// Cases of elementwise combinations: each operation, each mask, and off the workgroup.
import { operations } from '../../src/kernels/combine.ts';
import { large, operands, operationNames } from './combine_case.ts';
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function combined(operation: keyof typeof operations, rows: number, cols: number, masked = 0): KernelCase {
  return {
    name: `${operation} ${rows}x${cols} masks ${masked}`,
    params: { count: rows * cols, cols, operation: operations[operation], masked },
    tensors: { ...operands(rows, cols, masked), y: constant([rows, cols], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  ...operationNames.map((name) => combined(name, 13, 5)),
  ...[1, 2, 3].flatMap((masked) => [combined('multiply', 33, 2, masked), combined('maximum', 33, 2, masked)]),
  {
    ...combined('subtract', 9, 7),
    name: 'unaligned',
    tensors: {
      ...operands(9, 7, 0),
      a: unaligned(normal([9, 7])),
      b: unaligned(normal([9, 7])),
      y: unaligned(constant([9, 7], 9)),
    },
  },
  {
    ...combined('multiply', 1024, 256, 3),
    tensors: { ...large, y: constant([1024, 256], 9) },
    bench: true,
  },
];
