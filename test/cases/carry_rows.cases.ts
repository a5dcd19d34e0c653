// Cases of masked rows that go on: written and added, forth and back.
import { integers, type KernelCase, normal } from './kernel_case.ts';

function carry(
  name: string,
  [T, N, cols]: readonly number[],
  from: number,
  to: number,
  accumulate: 0 | 1,
): KernelCase {
  return {
    name,
    params: { t: Math.min(from, to), batch: N, cols, source_slot: from, target_slot: to, accumulate },
    tensors: { mask: integers([T, N], 2), sequence: normal([T + 1, N, cols]) },
  };
}

export const cases: readonly KernelCase[] = [
  carry('one', [1, 1, 1], 0, 1, 0),
  carry('written', [3, 9, 33], 1, 2, 0),
  carry('added', [3, 9, 5], 3, 2, 1),
];
