// The matrix product: checks its sizes, takes one of the ways of computing it, and adds up slices.
import type { Builder } from '../core/builder.ts';
import type { Trial, TrialSize } from '../core/choices.ts';
import { OptionError, ShapeError } from '../core/errors.ts';
import type { Limits } from '../core/limits.ts';
import { rootOf, sizeOf, type Tensor } from '../core/tensor.ts';
import { columnSum } from './column_sum.ts';
import { GRADIENT_SCALE } from './matmul_halves.ts';
import { aligned } from './matmul_kernels.ts';
import {
  type HalvesKernel,
  type ProductShape,
  sliceLength,
  type Way,
  type WholeKernel,
  waysOf,
} from './matmul_ways.ts';
import { nothing } from './nothing.ts';
import { inSlices } from './slices.ts';

/** A matrix in a tensor: `rows` of `cols` elements, `stride` elements apart, from element `offset` on. */
export interface Matrix {
  tensor: Tensor;
  rows: number;
  cols: number;
  stride?: number;
  offset?: number;
  /** Take the transpose: the matrix is stored as [cols, rows]-strided rows. */
  transposed?: boolean;
  /** Holds gradients, which may be small: rounded to f16 they are scaled up. */
  gradient?: boolean;
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
  /** [n], written or added to: the sums of the columns of b, which must not be transposed; a bias gets its gradient so. */
  sums?: ColumnSums | undefined;
}

/** Where the sums of columns go. */
export interface ColumnSums {
  tensor: Tensor;
  accumulate: 0 | 1;
  /** See columnSum, which then computes them. */
  again?: Tensor | undefined;
}

/** Whether products can bring the sums of columns along on this device; elsewhere each costs a dispatch of its own. */
export function bringsSums({ cheapBarriers }: Limits): boolean {
  return cheapBarriers;
}

/**
 * Emits c (+)= op(a)·op(b) + bias, and sums (+)= the column sums of b.
 * The plan chooses a kernel and its tile; sums over a long k with a small result are split into slices, which a second
 * kernel adds in a fixed order. The column sums come with the product where barriers are cheap and they lie behind c in
 * one storage, as the gradients of a bias and its kernel do, else from a kernel of their own. With precision f16 a
 * candidate may round a and b to f16 on their way, where the device has f16; sums are f32.
 * @throws ShapeError when the inner dimensions differ, or b is transposed and its columns are to be summed.
 */
export function matmul(b: Builder, options: MatmulOptions): void {
  const { sums, ...product } = options;
  if (sums && (sums.again || !sumsAlong(b, options))) {
    const { tensor: to, accumulate, again } = sums;
    const { rows, cols, stride = cols } = options.b;
    matmul(b, product);
    columnSum(b, { source: span(b, options.b), to, rows, cols, stride, accumulate, again });
    return;
  }
  const shape = shapeOf(b, options);
  const ways = waysOf(shape, b.limits);
  const chosen = b.choose({
    key: `${keyOf(options, shape)}${b.limits.halves ? ' f16' : ''}`,
    candidates: ways,
    trial: (trialBuilder, candidate, size) =>
      trialOf(trialBuilder, options, shape, wayNamed(ways, candidate), size),
  });
  emit(b, options, shape, wayNamed(ways, chosen));
}

function shapeOf(b: Builder, { a, b: right, c, sums }: MatmulOptions): ProductShape {
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
  if (sums && (right.transposed || sizeOf(sums.tensor.shape) !== n)) {
    throw new ShapeError(
      `[${b.path || 'matmul'}] the columns of ${right.tensor.name} cannot be summed into ${sums.tensor.name}`,
    );
  }
  return { m, n, k, sums: sums !== undefined };
}

/** What a measurement depends on: sizes, what is added, and which matrices are read and written four elements at a time. */
function keyOf(options: MatmulOptions, { m, n, k, sums }: ProductShape): string {
  const { a, b, c, bias, biasRows = 1, accumulate } = options;
  const transposes = `${a.transposed ? 't' : 'n'}${b.transposed ? 't' : 'n'}`;
  const added = `${bias && biasRows > 0 ? ' +bias' : ''}${accumulate ? ' +c' : ''}`;
  const four = ({ tensor, cols, stride = cols, offset = 0 }: Matrix) =>
    aligned(stride, tensor.offset + offset);
  const vectors = [
    four(a) ? 'a' : '',
    four(b) ? 'b' : '',
    four(c) && c.cols % 4 === 0 && (!options.sums || options.sums.tensor.offset % 4 === 0) ? 'c' : '',
  ].join('');
  return `matmul ${transposes} ${m}x${n}x${k}${added}${sums ? ' +sums' : ''}${vectors && ` vec4 ${vectors}`}`;
}

function wayNamed(ways: readonly Way[], name: string): Way {
  const found = ways.find((way) => way.name === name);
  if (!found) {
    throw new OptionError(`[matmul] ${name} is none of ${ways.map((way) => way.name).join(', ')}`);
  }
  return found;
}

/** Whether the product can sum the columns of b on its way: its c is bound as far as the sums behind it. */
function sumsAlong(b: Builder, { c, sums }: MatmulOptions): boolean {
  if (!sums || !bringsSums(b.limits) || rootOf(c.tensor) !== rootOf(sums.tensor)) return false;
  const { offset } = span(b, c);
  return (
    sums.tensor.offset >= offset + lengthOf(c) &&
    4 * (sums.tensor.offset + sizeOf(sums.tensor.shape) - offset) <= b.limits.bindingBytes
  );
}

function emit(b: Builder, options: MatmulOptions, { m, n, k }: ProductShape, way: Way): void {
  const { c, sums, accumulate = 0 } = options;
  const slice = sliceLength(k, way.slices);
  const slices = Math.ceil(k / slice);
  const to = span(b, c);
  const lines = c.stride ?? n;
  if (slices === 1) {
    const sumsAt = sums ? sums.tensor.offset - to.offset : 0;
    emitProduct(b, options, way, {
      ...{ m, n, k, slice, c_slice: 0, accumulate, ldc: lines, sums_at: sumsAt },
      sums: !sums ? 0 : sums.accumulate === 1 ? 2 : 1,
      c: sums ? b.view(rootOf(to), to.offset, [sumsAt + n]) : to,
    });
    return;
  }
  const size = (sums ? m + 1 : m) * n;
  const results = [
    { first: 0, rows: m, cols: n, to, lines, accumulate },
    ...(sums
      ? [{ first: m * n, rows: 1, cols: n, to: sums.tensor, lines: n, accumulate: sums.accumulate }]
      : []),
  ];
  inSlices(b, { slices, size, results }, (partial) => {
    emitProduct(b, options, way, {
      ...{ m, n, k, slice, c_slice: size, accumulate: 0, ldc: n, c: partial },
      ...(sums ? { sums: 1, sums_at: m * n } : { sums: 0, sums_at: 0 }),
    });
  });
}

function emitProduct(
  b: Builder,
  { a, b: right, bias, biasRows = 1 }: MatmulOptions,
  { kernel, tile }: Way,
  {
    c,
    ...sizes
  }: { c: Tensor } & Record<
    'm' | 'n' | 'k' | 'slice' | 'ldc' | 'c_slice' | 'accumulate' | 'sums' | 'sums_at',
    number
  >,
): void {
  const tensors = { a: span(b, a), b: span(b, right), bias: bias ?? nothing(b), c };
  const params = {
    ...sizes,
    lda: a.stride ?? a.cols,
    ldb: right.stride ?? right.cols,
    bias_rows: bias ? biasRows : 0,
    transpose_a: a.transposed ? 1 : 0,
    transpose_b: right.transposed ? 1 : 0,
    tile,
  };
  const rounding = roundingKernel(kernel);
  if (rounding) {
    const scale = (matrix: Matrix) => (matrix.gradient ? GRADIENT_SCALE : 1);
    b.dispatch(rounding, tensors, { ...params, scale_a: scale(a), scale_b: scale(right) });
  } else {
    b.dispatch(kernel, tensors, params);
  }
}

/** The kernel as one that rounds its operands, where it is. */
function roundingKernel(kernel: WholeKernel | HalvesKernel): HalvesKernel | undefined {
  return 'scale_a' in kernel.params ? (kernel as HalvesKernel) : undefined;
}

/** The part of the tensor that the matrix covers, as a view. */
function span(b: Builder, matrix: Matrix): Tensor {
  const { tensor, offset = 0 } = matrix;
  const length = lengthOf(matrix);
  return offset === 0 && length === sizeOf(tensor.shape) ? tensor : b.view(tensor, offset, [length]);
}

/** Elements from the first to the last. */
function lengthOf({ rows, cols, stride = cols }: Matrix): number {
  return (rows - 1) * stride + cols;
}

/** The product on tensors of its own; for a check it is smaller, of the same sizes modulo 4. */
function trialOf(b: Builder, options: MatmulOptions, whole: ProductShape, way: Way, size: TrialSize): Trial {
  const small = (length: number, most: number) => (length <= most ? length : most - 4 + (length % 4));
  const checked = { m: small(whole.m, 136), n: small(whole.n, 136), k: small(whole.k, 520) };
  const shape = size === 'time' ? whole : { ...whole, ...checked };
  const { m, n, k } = shape;
  const own = (name: string, like: Matrix, rows: number, cols: number, behind = 0): Matrix => {
    const stride = cols + (like.stride ?? like.cols) - like.cols;
    const at = (like.tensor.offset + (like.offset ?? 0)) % 4;
    return {
      tensor: b.scratch(name, [at + rows * stride + behind]),
      rows,
      cols,
      stride,
      offset: at,
      transposed: like.transposed ?? false,
      gradient: like.gradient ?? false,
    };
  };
  const a = options.a.transposed ? own('a', options.a, k, m) : own('a', options.a, m, k);
  const right = options.b.transposed ? own('b', options.b, n, k) : own('b', options.b, k, n);
  // Sums lie behind c, at a place that is aligned as theirs is.
  const { sums } = options;
  const c = own('c', options.c, m, n, sums ? n + 4 : 0);
  const end = (c.offset ?? 0) + lengthOf(c);
  const sumsAt = end + (((((sums?.tensor.offset ?? 0) - end) % 4) + 4) % 4);
  const ownSums = sums && { ...sums, tensor: b.view(c.tensor, sumsAt, [n]) };
  const biasRows = options.biasRows ?? 1;
  const bias = options.bias && b.scratch('bias', [biasRows, n]);
  const product = { ...options, a, b: right, c, bias, sums: ownSums };
  const { halves } = b.limits;
  return {
    inputs: [
      { tensor: a.tensor, scale: 1, halves },
      { tensor: right.tensor, scale: 1 / Math.sqrt(k), halves },
      ...(bias ? [{ tensor: bias, scale: 1 }] : []),
      ...(options.accumulate || sums?.accumulate ? [{ tensor: c.tensor, scale: 1 }] : []),
    ],
    outputs: [c.tensor],
    emit: () => emit(b, product, shape, way),
  };
}
