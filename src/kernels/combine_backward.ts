// The gradients of two tensors that were combined element by element.
import wgsl from '../../shaders/combine_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';
import { type CombineOptions, combination, type Operation } from './combine.ts';

/** ∂y/∂a and ∂y/∂b where both count; of two equal numbers the first is the largest and the smallest. */
const slopes: readonly ((a: number, b: number) => readonly [number, number])[] = [
  () => [1, 1],
  () => [1, -1],
  (a, b) => [b, a],
  (a, b) => (a >= b ? [1, 0] : [0, 1]),
  (a, b) => (a <= b ? [1, 0] : [0, 1]),
];

/**
 * dx (+)= dy·∂y/∂a (side 0) or dy·∂y/∂b (side 1) of y = a ∘ b as in combine.ts.
 *
 * a, b, dy, dx [rows,cols]; mask_a, mask_b [rows].
 */
export const combineBackwardKernel = defineKernel({
  name: 'combine_backward',
  wgsl,
  bindings: {
    a: 'read',
    b: 'read',
    mask_a: 'read u32',
    mask_b: 'read u32',
    dy: 'read',
    dx: 'readwrite',
  },
  params: {
    count: 'u32',
    cols: 'u32',
    operation: 'u32',
    masked: 'u32',
    side: 'u32',
    accumulate: 'u32',
    a_offset: 'u32',
    b_offset: 'u32',
    dy_offset: 'u32',
    dx_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ a, b, mask_a, mask_b, dy, dx }, p) {
    for (let i = 0; i < p.count; i++) {
      const row = Math.floor(i / p.cols);
      const leftCounts = (p.masked & 1) === 0 || mask_a[row] !== 0;
      const rightCounts = (p.masked & 2) === 0 || mask_b[row] !== 0;
      let slope: number;
      if (leftCounts && rightCounts) {
        slope = slopes[p.operation](a[p.a_offset + i], b[p.b_offset + i])[p.side];
      } else {
        slope = (rightCounts ? 1 : 0) === p.side ? 1 : 0;
      }
      const value = dy[p.dy_offset + i] * slope;
      const at = p.dx_offset + i;
      dx[at] = p.accumulate === 1 ? dx[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 2 * p.count, bytes: 16 * p.count }),
});

/** Emits dx (+)= dy·∂y/∂a for side 'a', dy·∂y/∂b for side 'b'. */
export function combineBackward(
  b: Builder,
  operation: Operation,
  options: CombineOptions & { dy: Tensor; dx: Tensor; side: 'a' | 'b'; accumulate: 0 | 1 },
): void {
  const { dy, dx, side, accumulate, ...operands } = options;
  const { tensors, params } = combination(b, operation, operands);
  b.dispatch(
    combineBackwardKernel,
    { ...tensors, dy, dx },
    { ...params, side: side === 'a' ? 0 : 1, accumulate },
  );
}
