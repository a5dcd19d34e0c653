// Softmax over keys, for attention: masks and the order of time say which keys count. Its gradient is softmax_backward.
import wgsl from '../../shaders/masked_softmax.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { defineKernel } from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { rowConstants, rowGrid } from './each_row.ts';
import { nothing } from './nothing.ts';

/**
 * y = softmax(x) over the columns of each row that masks and order allow; 0 elsewhere, and in rows that allow none.
 *
 * x, y [rows,keys]. Row r asks for sample n = r / batch_step mod batch at step q = r / query_step mod queries. A column is
 * allowed unless query_mask[q,n], key_mask[col,n] or value_mask[col,n] is 0, each where `masks` has bit 1, 2 or 4, or
 * causal is 1 and col > q.
 */
export const maskedSoftmaxKernel = defineKernel({
  name: 'masked_softmax',
  wgsl,
  bindings: {
    x: 'read',
    query_mask: 'read u32',
    key_mask: 'read u32',
    value_mask: 'read u32',
    y: 'write',
  },
  params: {
    rows: 'u32',
    keys: 'u32',
    batch: 'u32',
    batch_step: 'u32',
    queries: 'u32',
    query_step: 'u32',
    masks: 'u32',
    causal: 'u32',
  },
  constants: (_p, limits) => rowConstants(limits),
  workgroups: (p, constants) => rowGrid(p.rows, constants),
  reference({ x, query_mask, key_mask, value_mask, y }, p) {
    for (let row = 0; row < p.rows; row++) {
      const sample = Math.floor(row / p.batch_step) % p.batch;
      const query = Math.floor(row / p.query_step) % p.queries;
      const first = row * p.keys;
      const allowed = (col: number) =>
        !(p.causal === 1 && col > query) &&
        !((p.masks & 1) !== 0 && query_mask[query * p.batch + sample] === 0) &&
        !((p.masks & 2) !== 0 && key_mask[col * p.batch + sample] === 0) &&
        !((p.masks & 4) !== 0 && value_mask[col * p.batch + sample] === 0);
      let largest = Number.NEGATIVE_INFINITY;
      for (let col = 0; col < p.keys; col++) {
        if (allowed(col)) largest = Math.max(largest, x[first + col]);
      }
      let sum = 0;
      for (let col = 0; col < p.keys; col++) {
        if (allowed(col)) sum += Math.exp(x[first + col] - largest);
      }
      for (let col = 0; col < p.keys; col++) {
        y[first + col] = allowed(col) ? Math.exp(x[first + col] - largest) / sum : 0;
      }
    }
  },
  cost: (p) => ({ flops: 6 * p.rows * p.keys, bytes: 8 * p.rows * p.keys }),
});

/** Which keys count for which queries. */
export interface KeyMasks {
  /** [Tq,N] u32; a query that does not count gets no weights. */
  query?: Tensor | undefined;
  /** [Tk,N] u32 */
  key?: Tensor | undefined;
  /** [Tk,N] u32 */
  value?: Tensor | undefined;
  /** A query sees no key of a later step. */
  causal?: boolean;
}

export interface MaskedSoftmaxOptions extends KeyMasks {
  /** [...,Tk] */
  x: Tensor;
  /** of the shape of x */
  y: Tensor;
  /** Samples, and rows from one sample to the next. */
  batch: number;
  batchStep: number;
  /** Steps of the queries, and rows from one to the next. */
  queries: number;
  queryStep: number;
}

/** Emits y. */
export function maskedSoftmax(b: Builder, options: MaskedSoftmaxOptions): void {
  const { x, y, batch, batchStep, queries, queryStep, query, key, value, causal = false } = options;
  const keys = x.shape.at(-1)!;
  const none = nothing(b, 'u32');
  b.dispatch(
    maskedSoftmaxKernel,
    { x, query_mask: query ?? none, key_mask: key ?? none, value_mask: value ?? none, y },
    {
      ...{ rows: sizeOf(x.shape) / keys, keys, batch, batch_step: batchStep, queries, query_step: queryStep },
      masks: (query ? 1 : 0) + (key ? 2 : 0) + (value ? 4 : 0),
      causal: causal ? 1 : 0,
    },
  );
}
