// Cases of the loss of a batch.
import { constant, extreme, type KernelCase, normal, type TensorCase, uniform } from './kernel_case.ts';

interface Rows {
  M: number;
  rowWeighted?: boolean;
  running?: 0 | 1 | 2;
  total?: number;
  values?: (shape: readonly number[]) => TensorCase;
  bench?: boolean;
}

function rows(name: string, o: Rows): KernelCase {
  const { M, rowWeighted = false, running = 1, total = M, values = (shape) => uniform(shape, 0, 5) } = o;
  return {
    name: `${name} ${M}`,
    sum: M,
    params: { rows: M, row_weighted: rowWeighted ? 1 : 0, running, samples: 32 },
    tensors: {
      row_loss: values([M]),
      row_weight: rowWeighted ? normal([M]) : constant([4], 0),
      total: constant([1], total),
      loss: constant([1], 9),
      sums: uniform([2], 0, 100),
    },
    ...(o.bench && { bench: true }),
  };
}

export const cases: readonly KernelCase[] = [
  rows('one', { M: 1 }),
  rows('plain', { M: 33 }),
  rows('plain', { M: 65, running: 0 }),
  rows('weighted', { M: 127, rowWeighted: true }),
  rows('several a thread', { M: 700, rowWeighted: true }),
  rows('nothing counts', { M: 3, total: 0, values: (shape) => constant(shape, 0) }),
  rows('by samples', { M: 40, rowWeighted: true, running: 2 }),
  rows('by samples, nothing counts', { M: 3, total: 0, running: 2 }),
  rows('extreme', { M: 300, values: extreme }),
  rows('many', { M: 20000, bench: true }),
];
