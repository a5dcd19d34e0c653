// The matrix product: two kernels of one signature, and the launcher that chooses between them and splits long sums.
import registerWgsl from '../../shaders/matmul_register.wgsl?raw';
import tiledWgsl from '../../shaders/matmul_tiled.wgsl?raw';
import type { Builder } from '../core/builder.ts';
import { ShapeError } from '../core/errors.ts';
import {
  type Bindings,
  defineKernel,
  type ParamTypes,
  type ParamValues,
  type Storage,
} from '../core/kernel.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { nothing } from './nothing.ts';
import { sumSlices } from './sum_slices.ts';

const bindings = { a: 'read', b: 'read', bias: 'read', c: 'readwrite' } as const satisfies Bindings;
const params = {
  m: 'u32',
  n: 'u32',
  k: 'u32',
  lda: 'u32',
  ldb: 'u32',
  ldc: 'u32',
  slice: 'u32',
  c_slice: 'u32',
  bias_rows: 'u32',
  accumulate: 'u32',
  transpose_a: 'u32',
  transpose_b: 'u32',
  a_offset: 'u32',
  b_offset: 'u32',
  c_offset: 'u32',
} as const satisfies ParamTypes;
type MatmulParams = ParamValues<typeof params>;

/** c[row,col] (+)= sum over k of a[row,k]·b[k,col] + the first `bias_rows` rows of bias; one slice of k for each z. */
function reference({ a, b, bias, c }: Storage<typeof bindings>, p: MatmulParams): void {
  for (let z = 0; z * p.slice < p.k; z++) {
    const last = Math.min((z + 1) * p.slice, p.k);
    for (let row = 0; row < p.m; row++) {
      for (let col = 0; col < p.n; col++) {
        let sum = 0;
        for (let k = z * p.slice; k < last; k++) {
          const left = p.transpose_a === 1 ? k * p.lda + row : row * p.lda + k;
          const right = p.transpose_b === 1 ? col * p.ldb + k : k * p.ldb + col;
          sum += a[p.a_offset + left] * b[p.b_offset + right];
        }
        for (let i = 0; i < p.bias_rows; i++) sum += bias[i * p.n + col];
        const at = p.c_offset + z * p.c_slice + row * p.ldc + col;
        c[at] = p.accumulate === 1 ? c[at] + sum : sum;
      }
    }
  }
}

const constants = (p: MatmulParams) => ({
  TRANSPOSE_A: p.transpose_a === 1,
  TRANSPOSE_B: p.transpose_b === 1,
});
const cost = (p: MatmulParams) => ({
  flops: 2 * p.m * p.n * p.k,
  bytes: 4 * (p.m * p.k + p.k * p.n + p.m * p.n),
});
const grid =
  (tile: number) =>
  (p: MatmulParams): [number, number, number] => [
    Math.ceil(p.n / tile),
    Math.ceil(p.m / tile),
    Math.ceil(p.k / p.slice),
  ];

/** Tiles of 64x64 through workgroup memory: for GPUs, where barriers are cheap. */
export const matmulTiled = defineKernel({
  name: 'matmul_tiled',
  wgsl: tiledWgsl,
  bindings,
  params,
  constants,
  workgroups: grid(64),
  reference,
  cost,
});

/** 8x8 elements a thread in registers: for software adapters, where a barrier costs more than it saves. */
export const matmulRegister = defineKernel({
  name: 'matmul_register',
  wgsl: registerWgsl,
  bindings,
  params,
  workgroups: grid(32),
  reference,
  cost,
});

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
 * Sums over a long k with a small result are split into slices, which a second kernel adds in a fixed order.
 * @throws ShapeError when the inner dimensions differ.
 */
export function matmul(b: Builder, options: MatmulOptions): void {
  const { a, b: right, c, bias, accumulate = 0 } = options;
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
  const kernel = b.limits.cheapBarriers ? matmulTiled : matmulRegister;
  const splits = bias ? 1 : splitsFor(m, n, k, b.limits.cheapBarriers ? 64 : 4);
  const slice = Math.ceil(k / splits);
  const slices = Math.ceil(k / slice);
  const partial = slices > 1 ? b.scratch('matmul partial', [slices, m * n]) : undefined;
  b.dispatch(
    kernel,
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

/** Slices of k: as many as bring the workgroups to `groups`, each at least 128 long. */
function splitsFor(m: number, n: number, k: number, groups: number): number {
  const tiles = Math.ceil(m / 64) * Math.ceil(n / 64);
  return Math.max(1, Math.min(Math.floor(groups / tiles), Math.floor(k / 128), 64));
}

/** The part of the tensor that the matrix covers, as a view. */
function span(b: Builder, { tensor, rows, cols, stride = cols, offset = 0 }: Matrix): Tensor {
  const length = (rows - 1) * stride + cols;
  return offset === 0 && length === sizeOf(tensor.shape) ? tensor : b.view(tensor, offset, [length]);
}
