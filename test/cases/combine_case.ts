// What the cases of both directions of elementwise combinations share.
import { operations } from '../../src/kernels/combine.ts';
import { exactly, integers, normal, type TensorCase } from './kernel_case.ts';

export const operationNames = Object.keys(operations) as (keyof typeof operations)[];

/** Two matrices with some elements in common, and masks that are read where the bits of `masked` say so. */
export function operands(rows: number, cols: number, masked: number): Record<string, TensorCase> {
  return {
    a: exactly([rows, cols], [1, -2, 0.5, 3, 0, -1, 7]),
    b: exactly([rows, cols], [1, 2, -0.5, 3, 4]),
    mask_a: masked & 1 ? integers([rows], 2) : integers([4], 1),
    mask_b: masked & 2 ? integers([rows], 2) : integers([4], 1),
  };
}

export const large: Record<string, TensorCase> = {
  a: normal([1024, 256]),
  b: normal([1024, 256]),
  mask_a: integers([1024], 2),
  mask_b: integers([1024], 2),
};
