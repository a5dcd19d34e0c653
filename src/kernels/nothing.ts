// A tensor to bind where a kernel has a binding that this use of it does not read.
import type { Builder } from '../core/builder.ts';
import type { DType, Tensor } from '../core/tensor.ts';

/** The plan's empty tensor of that dtype; kernels are told by a param not to look at it. */
export function nothing(b: Builder, dtype: DType = 'f32'): Tensor {
  return b.once(`nothing ${dtype}`, () => b.scratch(`nothing ${dtype}`, [4], dtype));
}
