// Many small matrix products at once, over tensors as they lie: the products of attention.
import wgsl from '../../shaders/batched_product.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import { defineKernel, linearGrid } from '../core/kernel.ts';
import type { Tensor } from '../core/tensor.ts';

/**
 * c[z] (+)= alpha·a[z]·b[z], a [m,k], b [k,n], c [m,n], for z = outer·inner_batches + inner below batches.
 *
 * Element (row, col) of matrix z of a is a[a_offset + outer·a_outer + inner·a_inner + row·a_row + col·a_col].
 */
export const batchedProductKernel = defineKernel({
  name: 'batched_product',
  wgsl,
  bindings: { a: 'read', b: 'read', c: 'readwrite' },
  params: {
    m: 'u32',
    n: 'u32',
    k: 'u32',
    batches: 'u32',
    inner_batches: 'u32',
    a_row: 'u32',
    a_col: 'u32',
    a_outer: 'u32',
    a_inner: 'u32',
    b_row: 'u32',
    b_col: 'u32',
    b_outer: 'u32',
    b_inner: 'u32',
    c_row: 'u32',
    c_col: 'u32',
    c_outer: 'u32',
    c_inner: 'u32',
    alpha: 'f32',
    accumulate: 'u32',
    a_offset: 'u32',
    b_offset: 'u32',
    c_offset: 'u32',
  },
  workgroups: (p) => linearGrid(Math.ceil(p.m / 4) * Math.ceil(p.n / 4) * p.batches, 64),
  reference({ a, b, c }, p) {
    for (let z = 0; z < p.batches; z++) {
      const outer = Math.floor(z / p.inner_batches);
      const inner = z % p.inner_batches;
      const aFirst = p.a_offset + outer * p.a_outer + inner * p.a_inner;
      const bFirst = p.b_offset + outer * p.b_outer + inner * p.b_inner;
      const cFirst = p.c_offset + outer * p.c_outer + inner * p.c_inner;
      for (let row = 0; row < p.m; row++) {
        for (let col = 0; col < p.n; col++) {
          let sum = 0;
          for (let k = 0; k < p.k; k++) {
            sum += a[aFirst + row * p.a_row + k * p.a_col] * b[bFirst + k * p.b_row + col * p.b_col];
          }
          const at = cFirst + row * p.c_row + col * p.c_col;
          c[at] = p.accumulate === 1 ? c[at] + p.alpha * sum : p.alpha * sum;
        }
      }
    }
  },
  cost: (p) => ({
    flops: 2 * p.batches * p.m * p.n * p.k,
    bytes: 4 * p.batches * (p.m * p.k + p.k * p.n + p.m * p.n),
  }),
});

/** Matrices in a tensor, by how many elements apart neighbours lie: of rows, columns and the two parts of the batch. */
export interface Matrices {
  tensor: Tensor;
  row: number;
  col: number;
  outer: number;
  inner?: number;
}

export interface BatchedProductOptions {
  /** Matrices [m,k]. */
  a: Matrices;
  /** Matrices [k,n]. */
  b: Matrices;
  /** Matrices [m,n], written or added to. */
  c: Matrices;
  m: number;
  n: number;
  k: number;
  /** How many products: outer, times inner (default 1). */
  outer: number;
  inner?: number;
  /** Default 1. */
  alpha?: number;
  accumulate?: 0 | 1;
}

/**
 * Emits c (+)= alpha·a·b for every matrix of the batch.
 * @throws ShapeError when a size is no positive integer.
 */
export function batchedProduct(b: Builder, options: BatchedProductOptions): void {
  const { a, b: right, c, m, n, k, outer, inner = 1, alpha = 1, accumulate = 0 } = options;
  for (const size of [m, n, k, outer, inner]) {
    if (Number.isSafeInteger(size) && size > 0) continue;
    throw new ShapeError(
      `[${b.path || 'batched_product'}] ${outer * inner} products of [${m}, ${k}] and [${k}, ${n}] cannot be taken`,
    );
  }
  b.dispatch(
    batchedProductKernel,
    { a: a.tensor, b: right.tensor, c: c.tensor },
    {
      ...{ m, n, k, batches: outer * inner, inner_batches: inner, alpha, accumulate },
      ...{ a_row: a.row, a_col: a.col, a_outer: a.outer, a_inner: a.inner ?? 0 },
      ...{ b_row: right.row, b_col: right.col, b_outer: right.outer, b_inner: right.inner ?? 0 },
      ...{ c_row: c.row, c_col: c.col, c_outer: c.outer, c_inner: c.inner ?? 0 },
    },
  );
}
