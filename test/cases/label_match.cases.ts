// Cases of labels that agree or do not.
import { constant, integers, type KernelCase } from './kernel_case.ts';

function rows(M: number, bench = false): KernelCase {
  return {
    name: `labels ${M}`,
    params: { rows: M },
    tensors: { predicted: integers([M], 3), labels: integers([M], 3), score: constant([M], 9) },
    ...(bench && { bench }),
  };
}

export const cases: readonly KernelCase[] = [rows(1), rows(65), rows(20000, true)];
