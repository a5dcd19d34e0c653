// Cases of strided copies: transposed axes, parts, repeats, factors, sums and offsets.
import { constant, type KernelCase, normal, unaligned } from './kernel_case.ts';

function copied(
  name: string,
  shape: readonly [number, number, number, number],
  { s, t, from = 0, to = 0 }: { s: number[]; t: number[]; from?: number; to?: number },
  { factor = 1, accumulate = 0 }: { factor?: number; accumulate?: 0 | 1 } = {},
): KernelCase {
  const [n0, n1, n2, n3] = shape;
  const end = (first: number, strides: number[]) =>
    1 + shape.reduce((at, n, k) => at + (n - 1) * strides[k], first);
  return {
    name,
    params: {
      count: n0 * n1 * n2 * n3,
      n1,
      n2,
      n3,
      ...Object.fromEntries(s.map((value, k) => [`s${k}`, value])),
      ...Object.fromEntries(t.map((value, k) => [`t${k}`, value])),
      source_first: from,
      to_first: to,
      factor,
      accumulate,
    },
    tensors: {
      source: normal([end(from, s)]),
      to: accumulate ? normal([end(to, t)]) : constant([end(to, t)], 9),
    },
  };
}

const turned = copied('axes 2 0 3 1', [3, 5, 2, 7], { s: [7, 42, 1, 6], t: [70, 14, 7, 1] });

export const cases: readonly KernelCase[] = [
  copied('one', [1, 1, 1, 1], { s: [1, 1, 1, 1], t: [1, 1, 1, 1] }),
  turned,
  copied('part', [1, 1, 9, 5], { s: [0, 0, 5, 1], t: [0, 0, 12, 1], to: 4 }),
  copied('part added', [1, 3, 9, 5], { s: [0, 180, 20, 1], t: [0, 45, 5, 1], from: 7 }, { accumulate: 1 }),
  copied('repeat', [4, 3, 1, 6], { s: [0, 6, 0, 1], t: [18, 6, 0, 1] }, { factor: 0.25 }),
  {
    ...copied('unaligned', [1, 1, 33, 3], { s: [0, 0, 1, 33], t: [0, 0, 3, 1] }, { accumulate: 1 }),
    tensors: { source: unaligned(normal([99])), to: unaligned(normal([99])) },
  },
  { ...copied('large', [1, 128, 64, 128], { s: [0, 128, 16384, 1], t: [0, 8192, 128, 1] }), bench: true },
];
