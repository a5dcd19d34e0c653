// Cases of sampling: temperatures, top-k with and without ties, the tape, extreme logits.
import { constant, exactly, extreme, type KernelCase, normal, type TensorCase } from './kernel_case.ts';

interface Draw {
  temperature?: number;
  topK?: number;
  capacity?: number;
  runs?: number;
  logits?: TensorCase;
  bench?: boolean;
}

function draw(
  name: string,
  rows: number,
  vocabulary: number,
  { temperature = 1, topK = 0, capacity = 1, runs = 0, logits, bench }: Draw = {},
): KernelCase {
  return {
    name,
    params: { rows, vocabulary, capacity, stream: 3 },
    tensors: {
      logits: logits ?? normal([rows, vocabulary], 2),
      options: exactly([2], [temperature, topK]),
      clock: exactly([4], [0, runs, 1234, 5]),
      token: constant([rows], 9),
      tape: constant([capacity, rows], 9),
    },
    ...(bench && { bench }),
  };
}

const tied = exactly([3, 6], [1, 2, 2, 0, 2, -1, 0, -0, 0, -1, -2, -0, 5, 5, 5, 5, 5, 5]);

export const cases: readonly KernelCase[] = [
  draw('one', 1, 1),
  draw('V=33', 5, 33),
  draw('V=65', 33, 65),
  draw('V=127, cold', 65, 127, { temperature: 0.25 }),
  draw('V=127, hot', 9, 127, { temperature: 4 }),
  draw('the largest', 9, 65, { temperature: 0 }),
  draw('the largest of equal ones', 3, 6, { temperature: 0, logits: tied }),
  draw('top 1', 9, 65, { topK: 1 }),
  draw('top 5', 33, 127, { topK: 5 }),
  draw('top 2 with ties and zeros', 3, 6, { topK: 2, logits: tied }),
  draw('top 5 of 5', 3, 5, { topK: 5 }),
  draw('top 100 of 5', 3, 5, { topK: 100 }),
  draw('onto the tape', 3, 7, { capacity: 4, runs: 6 }),
  draw('extreme', 9, 65, { logits: extreme([9, 65]) }),
  draw('extreme, top 3', 9, 65, { logits: extreme([9, 65], 1e30), topK: 3 }),
  draw('large', 8, 10000, { topK: 50, bench: true }),
];
