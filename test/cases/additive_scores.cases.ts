// Cases of the scores of additive attention.
import { constant, extreme, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function scores(
  name: string,
  [queries, batch, keys, units]: readonly [number, number, number, number],
  scaled: 0 | 1,
  values: (shape: readonly number[]) => TensorCase = normal,
): KernelCase {
  return {
    name: `${name} ${queries}x${batch}x${keys} of ${units}`,
    sum: units,
    params: { queries, keys, batch, units, scaled },
    tensors: {
      query: values([queries, batch, units]),
      key: values([keys, batch, units]),
      scale: scaled ? normal([units]) : constant([4], 7),
      scores: constant([queries, batch, keys], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  scores('one', [1, 1, 1, 1], 1),
  scores('scaled', [5, 3, 7, 9], 1),
  scores('plain', [3, 2, 33, 4], 0),
  scores('extreme', [2, 3, 4, 5], 1, extreme),
  scores('unaligned', [3, 2, 5, 3], 1, (shape) => unaligned(normal(shape))),
  { ...scores('large', [16, 16, 32, 64], 1), bench: true },
];
