// One number of many: what a loss of one's own ends with.
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { sizeOf, type Tensor, tensor } from '../core/tensor.ts';
import { product } from './operations.ts';

/** The mean of all elements of x [...], as [1]; gradients flow through it. Masks are not looked at. */
export function mean(b: Builder, x: Tensor): Tensor {
  return weighted(b, x, 1 / sizeOf(x.shape));
}

/** The sum of all elements of x [...], as [1]; gradients flow through it. Masks are not looked at. */
export function total(b: Builder, x: Tensor): Tensor {
  return weighted(b, x, 1);
}

/**
 * The mean over the last axis: x [...,D] to [...], one number for each row, as a loss of one's own returns them; gradients
 * flow through it. The mask goes on.
 */
export function rowMeans(b: Builder, x: Tensor): Tensor {
  const columns = x.shape.at(-1);
  if (columns === undefined)
    throw new ShapeError(`[${b.path || 'rowMeans'}] takes rows [..., D], got a scalar`);
  const means = b.view(product(b, x, filled(b, columns, 1 / columns)), 0, x.shape.slice(0, -1));
  b.setMask(means, b.maskOf(x));
  return means;
}

/** x as one row, times a column that holds `weight` everywhere: the product has a fixed order of its sum. */
function weighted(b: Builder, x: Tensor, weight: number): Tensor {
  const size = sizeOf(x.shape);
  return b.view(product(b, b.view(x, 0, [1, size]), filled(b, size, weight)), 0, [1]);
}

/** [size,1] of one number. */
function filled(b: Builder, size: number, value: number): Tensor {
  return b.once(`column of ${size} times ${value}`, () =>
    tensor(`column of ${value}`, [size, 1], 'scratch', {
      initial: () => new Float64Array(size).fill(value),
    }),
  );
}
