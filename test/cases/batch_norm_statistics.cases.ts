// Cases of the statistics of batch normalization: one slice and several, some of them empty, and given averages.
import { constant, exactly, type KernelCase, uniform } from './kernel_case.ts';

function statistics(name: string, cols: number, counts: readonly number[], momentum = 0.99): KernelCase {
  const slices = counts.length;
  // Of each slice: how many, then means, then squares; an empty slice has zeros, as column_moments leaves them.
  const moments = counts.flatMap((count, z) => [
    ...Array.from({ length: cols }, () => count),
    ...Array.from({ length: cols }, (_, i) => (count ? Math.sin(i + 3 * z) : 0)),
    ...Array.from({ length: cols }, (_, i) => (count ? count * (1 + Math.cos(i + z)) : 0)),
  ]);
  return {
    name,
    params: { cols, slices, given: slices === 0 ? 1 : 0, momentum, epsilon: 1e-3 },
    tensors: {
      moments: slices === 0 ? constant([4], 0) : exactly([slices, 3, cols], moments),
      moving_mean: uniform([cols], -1, 1),
      moving_variance: uniform([cols], 0.5, 2),
      statistics: constant([3, cols], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  statistics('one slice', 65, [12]),
  statistics('slices', 9, [32, 32, 5]),
  statistics('empty slices', 9, [0, 7, 0, 3]),
  statistics('nothing counted', 9, [0, 0]),
  statistics('the averages as they are', 33, []),
  statistics('without a past', 9, [4, 4], 0),
  { ...statistics('large', 1024, [64, 64, 64, 64]), bench: true },
];
