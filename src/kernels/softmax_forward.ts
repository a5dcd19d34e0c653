// Softmax and log softmax over the last axis.
import wgsl from '../../shaders/softmax_forward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { rowSoftmax } from './softmax_row.ts';

/** y[row,c] = exp(x[row,c] - m)/Σ exp(x - m), m the row's maximum; its logarithm where `logarithm` is 1. x, y [M,V]. */
export const softmaxForwardKernel = defineKernel({
  name: 'softmax_forward',
  wgsl,
  bindings: { x: 'read', y: 'write' },
  params: { rows: 'u32', classes: 'u32', logarithm: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, y }, p) {
    for (let row = 0; row < p.rows; row++) {
      const first = row * p.classes;
      const { largest, sum } = rowSoftmax(x, first, p.classes);
      for (let col = 0; col < p.classes; col++) {
        const below = x[first + col] - largest;
        y[first + col] = p.logarithm === 1 ? below - Math.log(sum) : Math.exp(below) / sum;
      }
    }
  },
  cost: (p) => ({ flops: 6 * p.rows * p.classes, bytes: 8 * p.rows * p.classes }),
});

/** Emits y = softmax(x), or log softmax(x), over the last axis of x [...,V]. */
export function softmaxForward(
  b: Builder,
  { x, y, logarithm }: { x: Tensor; y: Tensor; logarithm: 0 | 1 },
): void {
  const classes = x.shape.at(-1)!;
  b.dispatch(softmaxForwardKernel, { x, y }, { rows: sizeOf(x.shape) / classes, classes, logarithm });
}
