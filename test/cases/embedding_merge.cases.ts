// Cases of merging ordered blocks: one, two, many, all equal, all different.
import { frequentIds, ordered } from './embedding_case.ts';
import { constant, type KernelCase } from './kernel_case.ts';

function merge(
  name: string,
  rows: number,
  vocabulary: number,
  block: number,
  ids = frequentIds(name, rows, vocabulary),
): KernelCase {
  return {
    name,
    params: { rows, block },
    tensors: {
      ...ordered(ids, vocabulary, block),
      merged: constant([rows], 9),
      merged_order: constant([rows], 9),
    },
  };
}

const falling = Array.from({ length: 127 }, (_, i) => 126 - i);

export const cases: readonly KernelCase[] = [
  merge('one block', 33, 5, 64),
  merge('two blocks', 65, 20, 64),
  merge('blocks of one', 20, 4, 1),
  merge('all equal', 127, 1, 16),
  merge('all different', 127, 127, 16, falling),
  merge('some of each', 300, 40, 24),
  { ...merge('large', 8192, 500, 256), bench: true },
];
