// What the cases of conditional random fields share: scores, a chain, and tags of which some do not count.
import { integers, type KernelCase, normal } from './kernel_case.ts';

export interface Tagged {
  T: number;
  N: number;
  K: number;
  /** One tag in K + 1 does not count; default true. */
  gaps?: boolean;
  bench?: boolean;
}

/** Sizes and the tensors that all kernels of the field read. */
export function tagged({ T, N, K, gaps = true }: Tagged): {
  sizes: { steps: number; batch: number; tag_count: number };
  tensors: {
    x: KernelCase['tensors'][string];
    chain: KernelCase['tensors'][string];
    tags: KernelCase['tensors'][string];
  };
} {
  return {
    sizes: { steps: T, batch: N, tag_count: K },
    tensors: {
      x: normal([T, N, K]),
      chain: normal([K + 2, K]),
      tags: integers([T, N], gaps ? K + 1 : K),
    },
  };
}

export const shapes: readonly (Tagged & { name: string })[] = [
  { name: 'one', T: 1, N: 1, K: 1, gaps: false },
  { name: 'plain', T: 7, N: 5, K: 4, gaps: false },
  { name: 'gaps', T: 9, N: 6, K: 3 },
  { name: 'many sequences', T: 4, N: 70, K: 2 },
  { name: 'many tags', T: 5, N: 2, K: 70 },
  { name: 'large', T: 50, N: 64, K: 9, bench: true },
];

/** A case of each shape. */
export function ofShapes(make: (o: Tagged) => Omit<KernelCase, 'name'>): KernelCase[] {
  return shapes.map((o) => ({
    name: `${o.name} ${o.T}x${o.N}x${o.K}`,
    sum: o.T * Math.max(o.K, o.N),
    ...make(o),
    ...(o.bench && { bench: true }),
  }));
}
