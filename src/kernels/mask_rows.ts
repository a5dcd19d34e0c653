// Zeros in the rows that a mask leaves out.
import wgsl from '../../shaders/mask_rows.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** y[row,:] (+)= x[row,:] where mask[row] is not 0, else 0. x, y [rows,cols], mask [rows]. */
export const maskRowsKernel = defineKernel({
  name: 'mask_rows',
  wgsl,
  bindings: { x: 'read', mask: 'read u32', y: 'readwrite' },
  params: { rows: 'u32', cols: 'u32', accumulate: 'u32', x_offset: 'u32', y_offset: 'u32' },
  workgroups: (p) => linearGrid(p.rows * p.cols, 64),
  reference({ x, mask, y }, p) {
    for (let i = 0; i < p.rows * p.cols; i++) {
      const value = mask[Math.floor(i / p.cols)] !== 0 ? x[p.x_offset + i] : 0;
      const at = p.y_offset + i;
      y[at] = p.accumulate === 1 ? y[at] + value : value;
    }
  },
  cost: (p) => ({ flops: 0, bytes: 8 * p.rows * p.cols }),
});

/**
 * Returns x [...,cols] with zeros in the rows whose mask is 0, and leaves the backward step: dx (+)= dy in the others.
 * @throws ShapeError when the mask [rows] u32 does not divide x into rows.
 */
export function maskRows(b: Builder, x: Tensor, mask: Tensor): Tensor {
  const rows = sizeOf(mask.shape);
  const cols = sizeOf(x.shape) / rows;
  if (!Number.isInteger(cols)) {
    throw new ShapeError(
      `[${b.path || 'mask_rows'}] a mask ${show(mask.shape)} does not fit ${show(x.shape)} (${x.name})`,
    );
  }
  const y = b.activation('masked', x.shape, { differentiable: x.differentiable });
  b.dispatch(maskRowsKernel, { x, mask, y }, { rows, cols, accumulate: 0 });
  b.onBackward(() => {
    const dy = b.gradOf(y);
    const dx = dy && b.gradInto(x);
    if (dx) {
      const { tensor, accumulate } = dx;
      b.dispatch(maskRowsKernel, { x: dy, mask, y: tensor }, { rows, cols, accumulate });
    }
  });
  return y;
}
