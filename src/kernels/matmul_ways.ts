// The ways of computing one matrix product on a device, each with what the cost model thinks of it.
import type { Candidate } from '../core/choices.ts';
import type { Limits } from '../core/limits.ts';
import { matmulSubgroup, matmulTiledHalves, subgroupFits } from './matmul_halves.ts';
import {
  matmulRegister,
  matmulTiled,
  matmulVector,
  type TileSize,
  tileBytes,
  tileShapes,
} from './matmul_kernels.ts';

/** Sizes of c[m,n] = a[m,k] · b[k,n]. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether the columns of b are summed over k as well, as one more row of c; tiles alone can do that. */
  readonly sums?: boolean;
}

export type WholeKernel = typeof matmulTiled | typeof matmulVector | typeof matmulRegister;
/** A kernel that rounds its operands to f16. */
export type HalvesKernel = typeof matmulTiledHalves | typeof matmulSubgroup;

/** A kernel, its tile, and the number of slices into which it splits the sums over k. */
export interface Way extends Candidate {
  readonly kernel: WholeKernel | HalvesKernel;
  readonly tile: number;
  readonly slices: number;
}

/** Slices begin at multiples of this, so that vec4 loads and whole tiles stay possible. */
const granule = 16;
const shortestSlice = 64;
const largestPartial = 64 * 1024 * 1024;
const splits = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
const most = 6;
/** How much worse than the best estimate a candidate may be. */
const hopeless = 3;

/** Steps of k of one slice. */
export function sliceLength(k: number, slices: number): number {
  return slices === 1 ? k : Math.ceil(k / slices / granule) * granule;
}

/** At most six candidates for a device, and six more where it may take operands in f16; the best of the model first. */
export function waysOf(shape: ProductShape, limits: Limits): Way[] {
  const ways = limits.cheapBarriers ? gpuWays(shape, limits) : softwareWays(shape, limits);
  const halves = limits.cheapBarriers && limits.halves ? halvesWays(shape, limits) : [];
  return [...promising(ways), ...promising(halves)].sort(byEstimate);
}

const byEstimate = (a: Way, b: Way): number => a.estimate - b.estimate;

function promising(ways: readonly Way[]): Way[] {
  const sorted = [...ways].sort(byEstimate);
  return sorted.filter((way) => way.estimate <= hopeless * sorted[0].estimate).slice(0, most);
}

function gpuWays(shape: ProductShape, limits: Limits): Way[] {
  const tiles = ([32, 64, 128] as const).filter((tile) => fits(tile, limits));
  const ways = tiles.flatMap((tile) =>
    bestSplits(shape, limits, {
      name: `tiled ${tile}`,
      kernel: matmulTiled,
      tile,
      time: (slice, slices) => tiledTime(shape, tile, slice, slices, limits),
    }),
  );
  if (shape.m > 16 || shape.sums) return ways;
  const rows = shape.m === 1 ? 1 : 4;
  const vector = bestSplits(shape, limits, {
    name: `vector ${rows}`,
    kernel: matmulVector,
    tile: rows,
    time: (slice, slices) => vectorTime(shape, rows, slice, slices, limits),
  });
  return [...ways, ...vector];
}

function halvesWays(shape: ProductShape, limits: Limits): Way[] {
  const sizes = [32, 64, 128] as const;
  const tiles = sizes.filter((tile) => fits(tile, limits));
  const matrices = sizes.filter((tile) => subgroupFits(tile, limits));
  return [
    ...tiles.flatMap((tile) =>
      bestSplits(shape, limits, {
        name: `tiled ${tile} f16`,
        kernel: matmulTiledHalves,
        tile,
        time: (slice, slices) => conversions * tiledTime(shape, tile, slice, slices, limits),
      }),
    ),
    ...matrices.flatMap((tile) =>
      bestSplits(shape, limits, {
        name: `subgroup ${tile} f16`,
        kernel: matmulSubgroup,
        tile,
        time: (slice, slices) => subgroupTime(shape, tile, slice, slices, limits),
      }),
    ),
  ];
}

/** Rows from which on 16 rows a thread earn back the second that a software adapter takes to compile them. */
const manyRows = 64;

function softwareWays(shape: ProductShape, limits: Limits): Way[] {
  const tiles = shape.m < manyRows ? [1, 8] : [1, 8, 16];
  return tiles.flatMap((tile) =>
    bestSplits(shape, limits, {
      name: `register ${tile}`,
      kernel: matmulRegister,
      tile,
      time: (slice, slices) => registerTime(shape, tile, slice, slices, limits),
    }),
  );
}

/** A kernel and tile with the two numbers of slices that the model likes best. */
function bestSplits(
  { m, n, k, sums }: ProductShape,
  limits: Limits,
  way: Pick<Way, 'name' | 'kernel' | 'tile'> & { time(slice: number, slices: number): number },
): Way[] {
  const { name, kernel, tile, time } = way;
  const largest = Math.min(largestPartial, limits.bindingBytes);
  const rows = m + (sums ? 1 : 0);
  const possible = splits.filter(
    (slices) => slices === 1 || (k >= slices * shortestSlice && slices * rows * n * 4 <= largest),
  );
  const counts = new Set(possible.map((slices) => Math.ceil(k / sliceLength(k, slices))));
  return [...counts]
    .map((slices) => ({
      name: slices === 1 ? name : `${name} x${slices}`,
      kernel,
      tile,
      slices,
      estimate: time(sliceLength(k, slices), slices) + sumTime(rows * n, slices, limits),
    }))
    .sort((a, b) => a.estimate - b.estimate)
    .slice(0, 2);
}

/** The dispatch that adds the slices; it must gain a second launch besides its own, which the CPU pays to encode it. */
function sumTime(elements: number, slices: number, { model }: Limits): number {
  return slices === 1 ? 0 : 2 * model.launch + (4 * (slices + 1) * elements) / model.memoryBytes;
}

/** What the memory takes to read a and b once and to write the slices of c. */
function memoryTime({ m, n, k }: ProductShape, slices: number, { model }: Limits): number {
  return (4 * (m * k + k * n + slices * m * n)) / model.memoryBytes;
}

/** The share of a core's peak that a tile reaches with enough workgroups beside it, guessed. */
const efficiency = { 32: 0.35, 64: 0.65, 128: 0.75 };
/** Registers of a thread, as NVIDIA's compiler allots them; those of 32 are guessed. */
const threadRegisters = { 32: 56, 64: 118, 128: 118 };

function residentGroups(tile: TileSize, { model }: Limits): number {
  return Math.floor(model.registerBytes / (4 * threadRegisters[tile] * tileShapes[tile].threads));
}

function fits(tile: TileSize, limits: Limits): boolean {
  return (
    tile === 32 ||
    (residentGroups(tile, limits) > 0 &&
      tileShapes[tile].threads <= limits.workgroupThreads &&
      tileBytes(tile) <= limits.workgroupBytes)
  );
}

/** What a core loses at barriers when no second workgroup fills the gaps, guessed. */
const alone = 0.8;

/** A core is busy with about one thread for each KiB of its registers; the last wave counts whole. */
function tiledTime(
  shape: ProductShape,
  tile: TileSize,
  slice: number,
  slices: number,
  limits: Limits,
): number {
  const { model } = limits;
  const { threads, depth } = tileShapes[tile];
  const groups = Math.ceil(shape.m / tile) * Math.ceil(shape.n / tile) * slices;
  const perCore = Math.ceil(groups / model.cores);
  const atOnce = Math.min(perCore, Math.max(1, residentGroups(tile, limits)));
  const busy = Math.min(1, (atOnce * threads) / (model.registerBytes / 1024)) * (atOnce === 1 ? alone : 1);
  const compute = (perCore * 2 * tile * tile * slice) / (model.coreFlops * efficiency[tile] * busy);
  const phases = Math.ceil(perCore / atOnce) * (Math.ceil(slice / depth) + 2) * model.barrier;
  const cache = (perCore * 4 * 2 * tile * slice) / model.coreCacheBytes;
  return model.launch + Math.max(compute, phases, cache, memoryTime(shape, slices, limits));
}

/** What 16 conversions cost beside 64 multiply-adds, where a device has none that takes halves and adds in f32. */
const conversions = 1.25;
/** How many times faster than multiply-adds a core's matrices are, in the part of their peak that tiles reach, guessed. */
const matrixSpeed = 4;
/** Workgroups of four subgroups on a core, guessed. */
const matrixGroups = 4;

function subgroupTime(
  shape: ProductShape,
  tile: TileSize,
  slice: number,
  slices: number,
  limits: Limits,
): number {
  const { model, matrixSide } = limits;
  const groups = Math.ceil(shape.m / tile) * Math.ceil(shape.n / tile) * slices;
  const perCore = Math.ceil(groups / model.cores);
  const atOnce = Math.min(perCore, matrixGroups);
  const busy = atOnce / matrixGroups;
  const compute =
    (perCore * 2 * tile * tile * slice) / (model.coreFlops * matrixSpeed * efficiency[tile] * busy);
  // Two barriers for each 32 steps, and for each matrix of sums on its way to c.
  const stores = (tile / 2 / matrixSide) ** 2;
  const phases = Math.ceil(perCore / atOnce) * 2 * (Math.ceil(slice / 32) + stores) * model.barrier;
  const cache = (perCore * 4 * 2 * tile * slice) / model.coreCacheBytes;
  return model.launch + Math.max(compute, phases, cache, memoryTime(shape, slices, limits));
}

/** Steps of k whose loads are under way at a time in one thread, guessed. */
const underWay = 4;

function vectorTime(
  shape: ProductShape,
  rows: number,
  slice: number,
  slices: number,
  limits: Limits,
): number {
  const { model } = limits;
  const groups = Math.ceil(shape.m / rows) * Math.ceil(shape.n / 32) * slices;
  const perCore = Math.ceil(groups / model.cores);
  const atOnce = Math.min(perCore, 4);
  const phases = Math.ceil(perCore / atOnce) * (Math.ceil(slice / 32 / underWay) + 6) * model.barrier;
  const cache = (perCore * 4 * 32 * slice) / model.coreCacheBytes;
  return model.launch + Math.max(phases, cache, memoryTime(shape, slices, limits));
}

/** Microseconds for four threads side by side on SwiftShader: to load an element each, to multiply and add, to store. */
const software = { load: 0.014, product: 0.0021, store: 0.03 };

function registerTime(
  { m, n }: ProductShape,
  tile: number,
  slice: number,
  slices: number,
  { model }: Limits,
): number {
  const across = Math.ceil(n / 32);
  const groups = across * Math.ceil(m / (4 * tile)) * slices;
  const threads = across * Math.ceil(m / tile) * slices;
  const step = software.load * (tile + 8) + software.product * 8 * tile;
  const work = threads * (slice * step + software.store * 8 * tile);
  return model.launch + (work * Math.ceil(groups / model.cores)) / groups;
}
