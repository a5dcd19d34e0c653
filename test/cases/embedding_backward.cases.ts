// Cases of the embedding's gradient: repeated ids, padding, adding, long chains.
import { random } from '../../src/core/random.ts';
import { constant, exactly, extreme, type KernelCase, normal } from './kernel_case.ts';

interface Gradient {
  padding?: number;
  accumulate?: 0 | 1;
  bench?: boolean;
}

function gradient(
  name: string,
  rows: number,
  size: number,
  vocabulary: number,
  { padding = 0xffffffff, accumulate = 0, bench }: Gradient = {},
): KernelCase {
  const next = random(1, name);
  const ids = Array.from({ length: rows }, () => next.below(vocabulary));
  const before = ids.map((id, m) => ids.lastIndexOf(id, m - 1));
  return {
    name,
    sum: rows,
    params: { rows, size, vocabulary, padding, accumulate },
    tensors: {
      ids: exactly([rows], ids),
      // lastIndexOf counts from the end where its start is negative, so that position 0 is asked apart.
      previous: exactly(
        [rows],
        before.map((at, m) => (m === 0 || at < 0 ? m : at)),
      ),
      last: exactly(
        [rows],
        ids.map((id, m) => (ids.lastIndexOf(id) === m ? 1 : 0)),
      ),
      dy: normal([rows, size]),
      dtable: accumulate ? normal([vocabulary, size]) : constant([vocabulary, size], 0),
    },
    ...(bench && { bench }),
  };
}

const spread = gradient('extreme', 33, 16, 9);

export const cases: readonly KernelCase[] = [
  gradient('one', 1, 1, 1),
  gradient('one column', 127, 1, 10),
  gradient('off the workgroup', 65, 33, 20),
  gradient('padding', 33, 5, 4, { padding: 2 }),
  gradient('added', 33, 65, 7, { accumulate: 1 }),
  gradient('one long chain', 127, 8, 1),
  { ...spread, tensors: { ...spread.tensors, dy: extreme([33, 16]) } },
  gradient('large', 1024, 256, 500, { bench: true }),
];
