// Cases of the steps from the first valid one on.
import { constant, integers, type KernelCase } from './kernel_case.ts';

function begun(name: string, steps: number, batch: number, reverse: 0 | 1, most = 2): KernelCase {
  return {
    name,
    params: { steps, batch, reverse },
    tensors: { mask: integers([steps, batch], most), begun: constant([steps, batch], 9) },
  };
}

export const cases: readonly KernelCase[] = [
  begun('one', 1, 1, 0),
  begun('rows', 5, 67, 0),
  begun('from the last step', 6, 33, 1, 3),
  begun('nothing counts', 4, 3, 0, 1),
  { ...begun('large', 64, 1024, 0), bench: true },
];
