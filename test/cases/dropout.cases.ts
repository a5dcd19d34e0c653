// Cases of dropout: both must choose the very same elements, at any rate and seed.
import {
  constant,
  exactly,
  extreme,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
} from './kernel_case.ts';

function dropped(
  name: string,
  x: TensorCase,
  rate: number,
  {
    accumulate = 0,
    clock = [7, 3, 12345, 0],
    period = x.shape[0],
  }: { accumulate?: 0 | 1; clock?: number[]; period?: number } = {},
): KernelCase {
  return {
    name,
    params: { count: x.shape[0], rate, stream: 4000000000, period, accumulate },
    tensors: {
      x,
      clock: exactly([4], clock),
      y: accumulate ? normal(x.shape) : constant(x.shape, 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  dropped('one', normal([1]), 0.5),
  dropped('rate 0', normal([33]), 0),
  dropped('rate 0.1', normal([65]), 0.1),
  dropped('rate 0.999', normal([127]), 0.999),
  dropped('the same at all steps', normal([126]), 0.5, { period: 21 }),
  dropped('added', normal([127]), 0.3, { accumulate: 1 }),
  dropped('large seed', normal([127]), 0.3, { clock: [0, 4294967295, 4294967295, 4294967295] }),
  dropped('extreme', extreme([65]), 0.5),
  {
    ...dropped('unaligned', normal([100]), 0.5, { accumulate: 1 }),
    tensors: { x: unaligned(normal([100])), clock: exactly([4], [0, 1, 2, 3]), y: unaligned(normal([100])) },
  },
  { ...dropped('large', normal([262144]), 0.5), bench: true },
];
