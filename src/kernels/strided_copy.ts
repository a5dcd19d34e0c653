// Copies between tensors whose axes lie otherwise: transposed, parts of one another, or repeated.
import wgsl from '../../shaders/strided_copy.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError, show } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/**
 * to[to_first + Σ iₖ·tₖ] (+)= factor·source[source_first + Σ iₖ·sₖ] over all i = (i0, i1, i2, i3), iₖ below nₖ.
 *
 * n0 = count/(n1·n2·n3). Distinct i give distinct places of `to`; a source stride of 0 repeats.
 */
export const stridedCopyKernel = defineKernel({
  name: 'strided_copy',
  wgsl,
  bindings: { source: 'read', to: 'readwrite' },
  params: {
    count: 'u32',
    n1: 'u32',
    n2: 'u32',
    n3: 'u32',
    s0: 'u32',
    s1: 'u32',
    s2: 'u32',
    s3: 'u32',
    t0: 'u32',
    t1: 'u32',
    t2: 'u32',
    t3: 'u32',
    source_first: 'u32',
    to_first: 'u32',
    factor: 'f32',
    accumulate: 'u32',
    source_offset: 'u32',
    to_offset: 'u32',
  },
  workgroups: (p) => linearGrid(p.count, 64),
  reference({ source, to }, p) {
    for (let i = 0; i < p.count; i++) {
      const i3 = i % p.n3;
      const i2 = Math.floor(i / p.n3) % p.n2;
      const i1 = Math.floor(i / p.n3 / p.n2) % p.n1;
      const i0 = Math.floor(i / p.n3 / p.n2 / p.n1);
      const from = p.source_offset + p.source_first + i0 * p.s0 + i1 * p.s1 + i2 * p.s2 + i3 * p.s3;
      const at = p.to_offset + p.to_first + i0 * p.t0 + i1 * p.t1 + i2 * p.t2 + i3 * p.t3;
      const value = p.factor * source[from];
      to[at] = p.accumulate === 1 ? to[at] + value : value;
    }
  },
  cost: (p) => ({ flops: p.count, bytes: 8 * p.count }),
});

/** Where the elements of a shape lie in a tensor: at first + Σ iₖ·strides[k]. */
export interface Placing {
  first?: number;
  strides: readonly number[];
}

/** At most so many axes. */
export const MOST_AXES = 4;

/**
 * Emits to (+)= factor·source over all elements of `shape`, each tensor read and written at its own places.
 * @throws ShapeError for more than four axes, or for places that leave a tensor.
 */
export function stridedCopy(
  b: Builder,
  options: {
    shape: readonly number[];
    source: Tensor;
    from: Placing;
    to: Tensor;
    into: Placing;
    factor?: number;
    accumulate?: 0 | 1;
  },
): void {
  const { shape, source, from, to, into, factor = 1, accumulate = 0 } = options;
  if (shape.length > MOST_AXES) {
    throw new ShapeError(`[${b.path || 'strided_copy'}] takes at most four axes, got ${show(shape)}`);
  }
  for (const [t, { first = 0, strides }] of [
    [source, from],
    [to, into],
  ] as const) {
    const last = shape.reduce((at, n, k) => at + (n - 1) * strides[k], first);
    if (first < 0 || last >= sizeOf(t.shape)) {
      throw new ShapeError(`[${b.path || 'strided_copy'}] ${show(shape)} leaves ${t.name} ${show(t.shape)}`);
    }
  }
  const padded = <V>(list: readonly V[], value: V): V[] => [
    ...Array.from({ length: MOST_AXES - list.length }, () => value),
    ...list,
  ];
  const [, n1, n2, n3] = padded(shape, 1);
  const [s0, s1, s2, s3] = padded(from.strides, 0);
  const [t0, t1, t2, t3] = padded(into.strides, 0);
  b.dispatch(
    stridedCopyKernel,
    { source, to },
    {
      count: sizeOf(shape),
      n1,
      n2,
      n3,
      ...{ s0, s1, s2, s3, t0, t1, t2, t3 },
      source_first: from.first ?? 0,
      to_first: into.first ?? 0,
      factor,
      accumulate,
    },
  );
}

/** The distance between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, k) => sizeOf(shape.slice(k + 1)));
}
