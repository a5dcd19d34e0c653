// Cases of the rule that no weight is negative.
import { extreme, type KernelCase, normal, type TensorCase, unaligned } from './kernel_case.ts';

const held = (name: string, w: TensorCase): KernelCase => ({
  name: `${name} ${w.shape[0]}`,
  params: { count: w.shape[0] },
  tensors: { w },
});

export const cases: readonly KernelCase[] = [
  held('one', normal([1])),
  held('normal', normal([127])),
  held('extreme', extreme([65])),
  held('unaligned', unaligned(normal([100]))),
  { ...held('large', normal([262144])), bench: true },
];
