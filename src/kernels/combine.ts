// Two tensors to one, element by element, past the rows that their masks leave out.
import wgsl from '../../shaders/combine.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';

/** The number of each operation, as shaders/combine.wgsl lists them. */
export const operations = { add: 0, subtract: 1, multiply: 2, maximum: 3, minimum: 4 } as const;

export type Operation = keyof typeof operations;

const apply: readonly ((a: number, b: number) => number)[] = [
  (a, b) => a + b,
  (a, b) => a - b,
  (a, b) => a * b,
  (a, b) => (a >= b || Number.isNaN(a) ? a : b),
  (a, b) => (a <= b || Number.isNaN(a) ? a : b),
];

/**
 * y = a ∘ b; in a row that the mask of a leaves out y is b, where that of b does, or both do, a.
 *
 * a, b, y [rows,cols]; mask_a, mask_b [rows] are read where bits 1 and 2 of `masked` say so.
 */
export const combineKernel = defineKernel({
  name: 'combine',
  wgsl,
  bindings: { a: 'read', b: 'read', mask_a: 'read u32', mask_b: 'read u32', y: 'write' },
  params: {
    count: 'u32',
    cols: 'u32',
    operation: 'u32',
    masked: 'u32',
    a_offset: 'u32',
    b_offset: 'u32',
    y_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ a, b, mask_a, mask_b, y }, p) {
    for (let i = 0; i < p.count; i++) {
      const row = Math.floor(i / p.cols);
      const left = a[p.a_offset + i];
      const right = b[p.b_offset + i];
      const leftCounts = (p.masked & 1) === 0 || mask_a[row] !== 0;
      const rightCounts = (p.masked & 2) === 0 || mask_b[row] !== 0;
      y[p.y_offset + i] =
        leftCounts && rightCounts ? apply[p.operation](left, right) : rightCounts ? right : left;
    }
  },
  cost: (p) => ({ flops: p.count, bytes: 12 * p.count }),
});

export interface CombineOptions {
  /** Of equal size. */
  a: Tensor;
  b: Tensor;
  /** One u32 a row. */
  maskA?: Tensor | undefined;
  maskB?: Tensor | undefined;
}

/** The bindings and params that both directions share. */
export function combination(builder: Builder, operation: Operation, options: CombineOptions) {
  const { a, b, maskA, maskB } = options;
  const count = sizeOf(a.shape);
  const mask = maskA ?? maskB;
  const none = nothing(builder, 'u32');
  return {
    tensors: { a, b, mask_a: maskA ?? none, mask_b: maskB ?? none },
    params: {
      count,
      cols: mask ? count / sizeOf(mask.shape) : 1,
      operation: operations[operation],
      masked: (maskA ? 1 : 0) + (maskB ? 2 : 0),
    },
  };
}

/** Emits y = a ∘ b for tensors of equal size. */
export function combine(
  b: Builder,
  operation: Operation,
  { y, ...options }: CombineOptions & { y: Tensor },
): void {
  const { tensors, params } = combination(b, operation, options);
  b.dispatch(combineKernel, { ...tensors, y }, params);
}
