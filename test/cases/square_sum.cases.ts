// Cases of the sum of squares, a thread and a workgroup a part: fewer elements than threads, several blocks a part, extreme values.
import { constant, extreme, type KernelCase, normal } from './kernel_case.ts';

function squares(name: string, size: number, partials: number, threads: 1 | 256): KernelCase {
  return {
    name,
    sum: size,
    params: { size, partials, threads },
    tensors: { source: normal([size]), to: constant([partials], 5) },
  };
}

const large = squares('extreme', 200, 2, 256);

export const cases: readonly KernelCase[] = [
  squares('one', 1, 1, 1),
  squares('one part', 127, 1, 1),
  squares('parts in turn', 1000, 65, 1),
  squares('more parts than elements', 33, 35, 1),
  squares('wide, one', 1, 1, 256),
  squares('wide, fewer than threads', 33, 1, 256),
  squares('wide, one block and one', 257, 2, 256),
  squares('wide, parts in turn', 2000, 3, 256),
  squares('wide, more parts than blocks', 300, 5, 256),
  { ...large, tensors: { ...large.tensors, source: extreme([200]) } },
  { ...squares('large', 1 << 19, 1024, 1), bench: true },
  { ...squares('wide, large', 1 << 19, 256, 256), bench: true },
];
