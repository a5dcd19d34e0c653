// Cases of the links between equal ids: all equal, all different, beyond the vocabulary, many.
import { constant, exactly, integers, type KernelCase, type TensorCase } from './kernel_case.ts';

function links(name: string, rows: number, vocabulary: number, ids?: TensorCase): KernelCase {
  return {
    name,
    params: { rows, vocabulary },
    tensors: {
      ids: ids ?? integers([rows], vocabulary),
      previous: constant([rows], 9),
      last: constant([rows], 9),
    },
  };
}

export const cases: readonly KernelCase[] = [
  links('one', 1, 1),
  links('some of each', 33, 5),
  links('all equal', 65, 1),
  links(
    'all different',
    127,
    127,
    exactly(
      [127],
      Array.from({ length: 127 }, (_, i) => 126 - i),
    ),
  ),
  links('beyond the vocabulary', 6, 4, exactly([6], [3, 4, 0, 2 ** 31, 3, 0])),
  { ...links('large', 2048, 200), bench: true },
];
