// Matrix products of operands rounded to f16 on their way into workgroup memory, with products' sums in f32: more of
// them fit there, and some devices multiply matrices of halves many times faster. What is stored stays f32.
import subgroupWgsl from '../../shaders/matmul_subgroup.wgsl?raw';
import tiledWgsl from '../../shaders/matmul_tiled.wgsl?raw';
import { roundToHalf } from '../core/halves.ts';
import { defineKernel, type FloatArray, type ParamValues, type Storage } from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import {
  bindings,
  cost,
  grid,
  layoutConstants,
  reference,
  type TileSize,
  tileBytes,
  tileConstants,
  tileShapes,
  params as wholeParams,
} from './matmul_kernels.ts';

/** What a gradient is multiplied by before it is rounded, so that small ones are not lost; it may be up to 64 then. */
export const GRADIENT_SCALE = 1024;

const params = { ...wholeParams, scale_a: 'f32', scale_b: 'f32' } as const;
type HalvesParams = ParamValues<typeof params>;

/** The product of the rounded elements; sums of columns are those of the rounded b. Overwrites nothing but c. */
function roundedReference(tensors: Storage<typeof bindings>, p: HalvesParams): void {
  const rounded = (values: FloatArray, scale: number) =>
    Float64Array.from(values, (x) => roundToHalf(x * scale) / scale);
  reference({ ...tensors, a: rounded(tensors.a, p.scale_a), b: rounded(tensors.b, p.scale_b) }, p);
}

/** Bytes for the column sums that the threads of a tile hold at the end. */
function sumBytes(tile: TileSize): number {
  const { threads, wide } = tileShapes[tile];
  const columns = tile / (wide ? 8 : 4);
  return 4 * tile * (threads / columns);
}

/** As `matmul_tiled`, with tiles of halves: half the workgroup memory, and half the reads from it. */
export const matmulTiledHalves = defineKernel({
  name: 'matmul_tiled_f16',
  wgsl: tiledWgsl,
  bindings,
  params,
  constants(p, limits: Limits) {
    const tile = p.tile as TileSize;
    const others = p.sums > 0 ? sumBytes(tile) : 0;
    return {
      ...tileConstants(tile, limits, tileBytes(tile) / 2, others),
      ...layoutConstants(p),
      HALVES: true,
    };
  },
  workgroups: (p) => grid(p, p.tile, p.tile),
  reference: roundedReference,
  cost: (p) => cost(p),
  lacks: ({ halves }) => (halves ? undefined : 'shader-f16'),
});

/** Steps of k in workgroup memory, a multiple of the side of all matrices. */
const DEPTH = 32;
/** Subgroups that share a tile, as a square. */
const SUBGROUPS = 4;

/** Threads of a workgroup, and what it takes of workgroup memory, bytes. */
export function subgroupTile(tile: number, { matrixSide, subgroupThreads }: Limits) {
  const threads = SUBGROUPS * subgroupThreads;
  const padded = (length: number) => length + 8;
  const operand = Math.max(tile * padded(DEPTH), DEPTH * padded(tile));
  const staged = Math.max(SUBGROUPS * matrixSide ** 2, 4 * threads);
  return { threads, bytes: 2 * 2 * operand + 4 * staged };
}

/** Whether the tile can be split into matrices, and its loads among the threads. */
export function subgroupFits(tile: number, limits: Limits): boolean {
  const { matrixSide, workgroupBytes, workgroupThreads } = limits;
  if (!limits.halves || (matrixSide !== 8 && matrixSide !== 16)) return false;
  const { threads, bytes } = subgroupTile(tile, limits);
  const loads = (tile * DEPTH) / 4;
  return (
    loads % threads === 0 &&
    threads % (tile / 4) === 0 &&
    tile % (2 * matrixSide) === 0 &&
    threads <= workgroupThreads &&
    bytes <= workgroupBytes
  );
}

/** Tiles of 32x32, 64x64 or 128x128 by four subgroups that multiply whole matrices. */
export const matmulSubgroup = defineKernel({
  name: 'matmul_subgroup',
  wgsl: subgroupWgsl,
  bindings,
  params,
  constants: (p, limits) => ({
    TILE: p.tile,
    DEPTH,
    SIDE: limits.matrixSide,
    THREADS: subgroupTile(p.tile, limits).threads,
    ...layoutConstants(p),
    HALVES: true,
  }),
  workgroups: (p) => grid(p, p.tile, p.tile),
  reference: roundedReference,
  cost: (p) => cost(p),
  lacks: (limits) =>
    subgroupFits(32, limits) ? undefined : 'chromium-experimental-subgroup-matrix in f16 with sums in f32',
});
