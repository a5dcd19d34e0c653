// The gradient of softmax and log softmax over the last axis, from their output.
import wgsl from '../../shaders/softmax_backward.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';

/** dx (+)= y∘(dy - Σ dy·y), or dy - exp(y)·Σ dy where `logarithm` is 1; sums over a row. y, dy, dx [M,V]. */
export const softmaxBackwardKernel = defineKernel({
  name: 'softmax_backward',
  wgsl,
  bindings: { y: 'read', dy: 'read', dx: 'readwrite' },
  params: { rows: 'u32', classes: 'u32', logarithm: 'u32', accumulate: 'u32' },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ y, dy, dx }, p) {
    for (let row = 0; row < p.rows; row++) {
      const first = row * p.classes;
      let sum = 0;
      for (let at = first; at < first + p.classes; at++) sum += p.logarithm === 1 ? dy[at] : dy[at] * y[at];
      for (let at = first; at < first + p.classes; at++) {
        const value = p.logarithm === 1 ? dy[at] - Math.exp(y[at]) * sum : y[at] * (dy[at] - sum);
        dx[at] = p.accumulate === 1 ? dx[at] + value : value;
      }
    }
  },
  cost: (p) => ({ flops: 4 * p.rows * p.classes, bytes: 12 * p.rows * p.classes }),
});

/** Emits the gradient of softmax or log softmax; y [...,V] is its output. */
export function softmaxBackward(
  b: Builder,
  options: { y: Tensor; dy: Tensor; dx: Tensor; logarithm: 0 | 1; accumulate: 0 | 1 },
): void {
  const { y, dy, dx, logarithm, accumulate } = options;
  const classes = y.shape.at(-1)!;
  const rows = sizeOf(y.shape) / classes;
  b.dispatch(softmaxBackwardKernel, { y, dy, dx }, { rows, classes, logarithm, accumulate });
}
