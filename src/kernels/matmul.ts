// The matrix product: checks its sizes, takes one of the ways of computing it, and adds up slices.
import type { Builder } from '../core/builder.ts';
import type { Trial, TrialSize } from '../core/choices.ts';
import { ShapeError } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { type ProductShape, sliceLength, type Way, waysOf } from './matmul_ways.ts';
import { nothing } from './nothing.ts';
import { sumSlices } from './sum_slices.ts';

/** A matrix in a tensor: `rows` of `cols` elements, `stride` elements apart, from element `offset` on. */
export interface Matrix {
  tensor: Tensor;
  rows: number;
  cols: number;
  stride?: number;
  offset?: number;
  /** Take the transpose: the matrix is stored as [cols, rows]-strided rows. */
  transposed?: boolean;
}

export interface MatmulOptions {
  /** [m,k], or stored as [k,m] when transposed. */
  a: Matrix;
  /** [k,n], or stored as [n,k] when transposed. */
  b: Matrix;
  /** [m,n], written or added to. */
  c: Matrix;
  /** [bias_rows, n], 1 or 2 rows, all added to each row of c. */
  bias?: Tensor | undefined;
  biasRows?: number;
  accumulate?: 0 | 1;
}

/**
 * Emits c (+)= op(a)·op(b) + bias.
 * The plan chooses a kernel and its tile; sums over a long k with a small result are split into slices, which a second
 * kernel adds in a fixed order.
 * @throws ShapeError when the inner dimensions differ.
 */
export function matmul(b: Builder, options: MatmulOptions): void {
  const shape = shapeOf(b, options);
  const ways = waysOf(shape, b.limits);
  const chosen = b.choose({
    key: keyOf(options, shape),
    candidates: ways,
    trial: (trialBuilder, candidate, size) =>
      trialOf(trialBuilder, options, shape, wayNamed(ways, candidate), size),
  });
  emit(b, options, shape, wayNamed(ways, chosen));
}

function shapeOf(b: Builder, { a, b: right, c }: MatmulOptions): ProductShape {
  const m = a.transposed ? a.cols : a.rows;
  const k = a.transposed ? a.rows : a.cols;
  const inner = right.transposed ? right.cols : right.rows;
  const n = right.transposed ? right.rows : right.cols;
  if (k !== inner || c.rows !== m || c.cols !== n) {
    throw new ShapeError(
      `[${b.path || 'matmul'}] [${m}, ${k}] times [${inner}, ${n}] does not give [${c.rows}, ${c.cols}]` +
        ` (${a.tensor.name}, ${right.tensor.name}, ${c.tensor.name})`,
    );
  }
  return { m, n, k };
}

function keyOf({ a, b, bias, biasRows = 1, accumulate }: MatmulOptions, { m, n, k }: ProductShape): string {
  const transposes = `${a.transposed ? 't' : 'n'}${b.transposed ? 't' : 'n'}`;
  const added = `${bias && biasRows > 0 ? ' +bias' : ''}${accumulate ? ' +c' : ''}`;
  return `matmul ${transposes} ${m}x${n}x${k}${added}`;
}

function wayNamed(ways: readonly Way[], name: string): Way {
  return ways.find((way) => way.name === name) ?? ways[0];
}

function emit(b: Builder, options: MatmulOptions, { m, n, k }: ProductShape, way: Way): void {
  const { a, b: right, c, bias, accumulate = 0 } = options;
  const slice = sliceLength(k, way.slices);
  const slices = Math.ceil(k / slice);
  const partial = slices > 1 ? partialSums(b, slices * m * n) : undefined;
  b.dispatch(
    way.kernel,
    {
      a: span(b, a),
      b: span(b, right),
      bias: bias ?? nothing(b),
      c: partial ?? span(b, c),
    },
    {
      m,
      n,
      k,
      lda: a.stride ?? a.cols,
      ldb: right.stride ?? right.cols,
      ldc: partial ? n : (c.stride ?? c.cols),
      slice,
      c_slice: partial ? m * n : 0,
      bias_rows: bias ? (options.biasRows ?? 1) : 0,
      accumulate: partial ? 0 : accumulate,
      transpose_a: a.transposed ? 1 : 0,
      transpose_b: right.transposed ? 1 : 0,
      tile: way.tile,
    },
  );
  if (partial) {
    sumSlices(b, {
      source: partial,
      to: span(b, c),
      slices,
      rows: m,
      cols: n,
      stride: c.stride ?? n,
      accumulate,
    });
  }
}

/** Slices live until they are added, so that products of one size share them. */
function partialSums(b: Builder, size: number): Tensor {
  return b.once(`matmul slices ${size}`, () => b.scratch('matmul slices', [size]));
}

/** The part of the tensor that the matrix covers, as a view. */
function span(b: Builder, { tensor, rows, cols, stride = cols, offset = 0 }: Matrix): Tensor {
  const length = (rows - 1) * stride + cols;
  return offset === 0 && length === sizeOf(tensor.shape) ? tensor : b.view(tensor, offset, [length]);
}

/** The product on tensors of its own; for a check it is smaller, of the same sizes modulo 4. */
function trialOf(b: Builder, options: MatmulOptions, whole: ProductShape, way: Way, size: TrialSize): Trial {
  const small = (length: number, most: number) => (length <= most ? length : most - 4 + (length % 4));
  const shape =
    size === 'time' ? whole : { m: small(whole.m, 136), n: small(whole.n, 136), k: small(whole.k, 520) };
  const { m, n, k } = shape;
  const own = (name: string, like: Matrix, rows: number, cols: number): Matrix => {
    const stride = cols + (like.stride ?? like.cols) - like.cols;
    const at = (like.tensor.offset + (like.offset ?? 0)) % 4;
    return {
      tensor: b.scratch(name, [at + rows * stride]),
      rows,
      cols,
      stride,
      offset: at,
      transposed: like.transposed ?? false,
    };
  };
  const a = options.a.transposed ? own('a', options.a, k, m) : own('a', options.a, m, k);
  const right = options.b.transposed ? own('b', options.b, n, k) : own('b', options.b, k, n);
  const c = own('c', options.c, m, n);
  const biasRows = options.biasRows ?? 1;
  const bias = options.bias && b.scratch('bias', [biasRows, n]);
  const product = { ...options, a, b: right, c, bias };
  return {
    inputs: [
      { tensor: a.tensor, scale: 1 },
      { tensor: right.tensor, scale: 1 / Math.sqrt(k) },
      ...(bias ? [{ tensor: bias, scale: 1 }] : []),
      ...(options.accumulate ? [{ tensor: c.tensor, scale: 1 }] : []),
    ],
    outputs: [c.tensor],
    emit: () => emit(b, product, shape, way),
  };
}
