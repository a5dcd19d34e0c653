// One number of many: what a loss of one's own ends with.
import type { Builder } from '../core/builder.ts';
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

/** x as one row, times a column that holds `weight` everywhere: the product has a fixed order of its sum. */
function weighted(b: Builder, x: Tensor, weight: number): Tensor {
  const size = sizeOf(x.shape);
  const column = b.once(`column of ${size} times ${weight}`, () =>
    tensor(`column of ${weight}`, [size, 1], 'scratch', {
      initial: () => new Float64Array(size).fill(weight),
    }),
  );
  return b.view(product(b, b.view(x, 0, [1, size]), column), 0, [1]);
}
