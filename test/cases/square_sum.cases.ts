// Cases of the sum of squares: fewer elements than threads, several blocks a group, extreme values.
import { constant, extreme, type KernelCase, normal } from './kernel_case.ts';

function squares(name: string, size: number, groups: number, threads = 64): KernelCase {
  return {
    name,
    sum: size,
    params: { size, groups, threads },
    tensors: { source: normal([size]), to: constant([groups], 5) },
  };
}

const large = squares('extreme', 200, 2);

export const cases: readonly KernelCase[] = [
  squares('one', 1, 1),
  squares('fewer than threads', 33, 1),
  squares('one block and one', 65, 2),
  squares('one group', 127, 1),
  squares('groups in turn', 1000, 3),
  squares('more groups than blocks', 100, 5),
  { ...large, tensors: { ...large.tensors, source: extreme([200]) } },
  squares('wide, one', 1, 1, 256),
  squares('wide, one block and one', 257, 2, 256),
  squares('wide, groups in turn', 2000, 3, 256),
  { ...squares('large', 1 << 19, 64), bench: true },
  { ...squares('wide, large', 1 << 19, 256, 256), bench: true },
];
