// Cases of the gradient of batch normalization: masks, given statistics, added to what is there.
import {
  constant,
  exactly,
  integers,
  type KernelCase,
  normal,
  type TensorCase,
  unaligned,
  uniform,
} from './kernel_case.ts';

interface Options {
  scale?: 0 | 1;
  accumulate?: 0 | 1;
  mask?: TensorCase;
  repeats?: number;
  /** Rows counted; 0 for given statistics. */
  count?: number;
  at?: number;
}

function gradient(name: string, rows: number, cols: number, options: Options = {}): KernelCase {
  const { scale = 1, accumulate = 0, mask, repeats = 1, count = rows, at = 0 } = options;
  const placed = (t: TensorCase) => (at ? unaligned(t, at) : t);
  const statistics = [0.3, 1.4, count].flatMap((value, row) =>
    Array.from({ length: cols }, (_, i) => (row === 2 ? value : value + 0.1 * Math.sin(i))),
  );
  return {
    name: `${name} ${rows}x${cols}`,
    params: { rows, cols, scale, masked: mask ? 1 : 0, repeats, accumulate },
    tensors: {
      x: placed(normal([rows, cols])),
      dy: placed(normal([rows, cols])),
      statistics: exactly([3, cols], statistics),
      sums: uniform([2, cols], -2, 2),
      gamma: scale ? uniform([cols], 0.5, 1.5) : constant([4], 7),
      mask: mask ?? constant([4], 0),
      dx: placed(accumulate ? normal([rows, cols]) : constant([rows, cols], 9)),
    },
  };
}

export const cases: readonly KernelCase[] = [
  gradient('one', 1, 1),
  gradient('rows', 33, 65),
  gradient('without gamma', 9, 5, { scale: 0 }),
  gradient('masked', 40, 5, { mask: integers([40], 2), count: 21 }),
  gradient('two rows an entry', 40, 5, { mask: integers([20], 2), repeats: 2, count: 21 }),
  gradient('given statistics', 12, 5, { count: 0 }),
  gradient('added', 12, 5, { accumulate: 1 }),
  gradient('unaligned', 6, 5, { accumulate: 1, at: 37 }),
  { ...gradient('large', 1024, 256), bench: true },
];
