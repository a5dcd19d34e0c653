// The three kernels of the matrix product: one signature and one reference, for GPUs, for few rows, for software adapters.
import registerWgsl from '../../shaders/matmul_register.wgsl?raw';
import tiledWgsl from '../../shaders/matmul_tiled.wgsl?raw';
import vectorWgsl from '../../shaders/matmul_vector.wgsl?raw';
import {
  type Bindings,
  defineKernel,
  type ParamTypes,
  type ParamValues,
  type Storage,
} from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';

export const bindings = { a: 'read', b: 'read', bias: 'read', c: 'readwrite' } as const satisfies Bindings;
export const params = {
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
  tile: 'u32',
  sums: 'u32',
  sums_at: 'u32',
  a_offset: 'u32',
  b_offset: 'u32',
  c_offset: 'u32',
} as const satisfies ParamTypes;
export type MatmulParams = ParamValues<typeof params>;

/**
 * c[row,col] (+)= sum over k of a[row,k]·b[k,col] + the first `bias_rows` rows of bias; one slice of k for each z.
 * With `sums` 1 or 2 the sum over k of b[k,col] is written or added to c[sums_at + col], by `matmul_tiled` alone.
 */
export function reference({ a, b, bias, c }: Storage<typeof bindings>, p: MatmulParams): void {
  const right = (k: number, col: number) =>
    b[p.b_offset + (p.transpose_b === 1 ? col * p.ldb + k : k * p.ldb + col)];
  for (let z = 0; z * p.slice < p.k; z++) {
    const last = Math.min((z + 1) * p.slice, p.k);
    for (let row = 0; row < p.m; row++) {
      for (let col = 0; col < p.n; col++) {
        let sum = 0;
        for (let k = z * p.slice; k < last; k++) {
          const left = p.transpose_a === 1 ? k * p.lda + row : row * p.lda + k;
          sum += a[p.a_offset + left] * right(k, col);
        }
        for (let i = 0; z === 0 && i < p.bias_rows; i++) sum += bias[i * p.n + col];
        const at = p.c_offset + z * p.c_slice + row * p.ldc + col;
        c[at] = p.accumulate === 1 ? c[at] + sum : sum;
      }
    }
    for (let col = 0; p.sums > 0 && col < p.n; col++) {
      let sum = 0;
      for (let k = z * p.slice; k < last; k++) sum += right(k, col);
      const at = p.c_offset + z * p.c_slice + p.sums_at + col;
      c[at] = p.sums === 2 ? c[at] + sum : sum;
    }
  }
}

export const cost = (p: MatmulParams) => ({
  flops: 2 * p.m * p.n * p.k,
  bytes: 4 * (p.m * p.k + p.k * p.n + p.m * p.n),
});

/** Workgroups that cover c by tiles of these rows and columns, and k by slices. */
export const grid = (p: MatmulParams, rows: number, cols: number): [number, number, number] => [
  Math.ceil(p.n / cols),
  Math.ceil(p.m / rows),
  Math.ceil(p.k / p.slice),
];

/** Whether lines and offsets are such that four elements may be loaded or stored at once. */
export const aligned = (...values: number[]): boolean => values.every((value) => value % 4 === 0);
const firstStep = (p: MatmulParams): number => (p.slice < p.k ? p.slice : 0);
const vectorA = (p: MatmulParams): boolean => aligned(p.lda, p.a_offset, firstStep(p));
const vectorB = (p: MatmulParams): boolean => aligned(p.ldb, p.b_offset, firstStep(p));
const vectorC = (p: MatmulParams): boolean => aligned(p.n, p.ldc, p.c_offset, p.c_slice, p.sums_at);

/** Steps of k in workgroup memory, threads, and elements a thread, of the tiled kernel. */
export const tileShapes = {
  32: { depth: 16, threads: 64, wide: false },
  64: { depth: 8, threads: 64, wide: true },
  128: { depth: 16, threads: 256, wide: true },
} as const;
export type TileSize = keyof typeof tileShapes;

/** Bytes of one pair of tiles in workgroup memory. */
export function tileBytes(tile: TileSize): number {
  return 2 * 4 * tile * tileShapes[tile].depth;
}

/** What tiled kernels are specialised by besides their tile. */
export const layoutConstants = (p: MatmulParams) => ({
  TRANSPOSE_A: p.transpose_a === 1,
  TRANSPOSE_B: p.transpose_b === 1,
  VECTOR_A: vectorA(p),
  VECTOR_B: vectorB(p),
  VECTOR_C: vectorC(p),
  SUMS: p.sums > 0,
});

/** The tile and threads of the tiled kernel; `bytes` is the workgroup memory for one pair of tiles, `others` for the rest. */
export const tileConstants = (tile: TileSize, limits: Limits, bytes: number, others = 0) => {
  const { depth, threads, wide } = tileShapes[tile];
  return {
    TILE: tile,
    DEPTH: depth,
    THREADS: threads,
    WIDE: wide,
    DOUBLE: 2 * bytes + others <= limits.workgroupBytes,
  };
};

/** Tiles of 32x32, 64x64 or 128x128 (`tile`) through workgroup memory: for GPUs, where barriers are cheap. */
export const matmulTiled = defineKernel({
  name: 'matmul_tiled',
  wgsl: tiledWgsl,
  bindings,
  params,
  constants(p, limits: Limits) {
    const tile = p.tile as TileSize;
    return { ...tileConstants(tile, limits, tileBytes(tile)), ...layoutConstants(p), HALVES: false };
  },
  workgroups: (p) => grid(p, p.tile, p.tile),
  reference,
  cost,
});

/** 1 or 4 rows (`tile`) by 32 columns, whose sums many threads share: for GPUs and a c of few rows. */
export const matmulVector = defineKernel({
  name: 'matmul_vector',
  wgsl: vectorWgsl,
  bindings,
  params,
  constants: (p) => ({
    FOUR_ROWS: p.tile === 4,
    TRANSPOSE_B: p.transpose_b === 1,
    VECTOR_B: vectorB(p),
    VECTOR_C: vectorC(p),
    HALVES: false,
  }),
  workgroups: (p) => grid(p, p.tile, 32),
  reference,
  cost,
});

/** 1, 8 or 16 rows (`tile`) by 8 columns a thread, in registers: for software adapters, where barriers are dear. */
export const matmulRegister = defineKernel({
  name: 'matmul_register',
  wgsl: registerWgsl,
  bindings,
  params,
  constants: (p) => ({
    TILE: p.tile,
    EIGHT_ROWS: p.tile >= 8,
    SIXTEEN_ROWS: p.tile === 16,
    VECTOR_B: p.transpose_b === 0 && vectorB(p),
    VECTOR_C: vectorC(p),
    HALVES: false,
  }),
  workgroups: (p) => grid(p, 4 * p.tile, 32),
  reference,
  cost,
});
