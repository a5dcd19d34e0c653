// Cases of the penalties: fewer elements than groups, each share alone, and off the workgroup.
import { constant, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

function penalty(name: string, w: TensorCase, groups: number, l1: number, l2: number): KernelCase {
  const [count] = w.shape;
  return {
    name: `${name} ${count} in ${groups}`,
    params: { count, groups, l1, l2 },
    tensors: { w, to: constant([groups], 9) },
    sum: Math.ceil(count / groups),
  };
}

export const cases: readonly KernelCase[] = [
  penalty('one', normal([1]), 1, 0.01, 0.01),
  penalty('magnitudes', normal([127]), 11, 0.3, 0),
  penalty('squares', normal([65]), 9, 0, 0.2),
  penalty('empty groups', normal([3]), 70, 0.1, 0.2),
  penalty('unaligned', unaligned(normal([1000])), 32, 0.1, 0.2),
  { ...penalty('large', normal([1048576]), 1024, 0.01, 0.01), bench: true },
];
