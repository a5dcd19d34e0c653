// Cases of the order of ids in blocks: all equal, all different, one block and many, beyond the vocabulary.
import { frequentIds } from './embedding_case.ts';
import { constant, exactly, type KernelCase } from './kernel_case.ts';

function order(
  name: string,
  rows: number,
  vocabulary: number,
  { block = 512, ids = frequentIds(name, rows, vocabulary) }: { block?: number; ids?: number[] } = {},
): KernelCase {
  return {
    name,
    params: { rows, vocabulary, block },
    tensors: { ids: exactly([rows], ids), sorted: constant([rows], 9), order: constant([rows], 9) },
  };
}

const falling = Array.from({ length: 127 }, (_, i) => 126 - i);

export const cases: readonly KernelCase[] = [
  order('one', 1, 1),
  order('some of each', 33, 5),
  order('all equal', 65, 1),
  order('all different', 127, 127, { ids: falling }),
  order('beyond the vocabulary', 6, 4, { ids: [3, 4, 0, 2 ** 31, 3, 0] }),
  order('several workgroups', 300, 40),
  order('blocks', 300, 40, { block: 64 }),
  order('blocks off the workgroup', 127, 9, { block: 24 }),
  { ...order('large', 8192, 500, { block: 256 }), bench: true },
];
