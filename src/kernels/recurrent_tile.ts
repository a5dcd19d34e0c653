// Kernels of one time step by tiles (shaders/shared/recurrent_tile.wgsl): their sizes, and how they are made of a step's.
import {
  type Bindings,
  defineKernel,
  type Kernel,
  type ParamTypes,
  type ParamValues,
} from '../core/kernel.ts';
import type { Limits } from '../core/limits.ts';
import type { StepValues } from './recurrent_lane.ts';

/** The part of a step that one workgroup computes; `rows` times `units` is at most 512. */
export interface Tile {
  readonly rows: 4 | 8 | 16 | 32;
  readonly units: 8 | 16 | 32;
}

const THREADS = 256;
const WORKGROUP_BYTES = 16384;
/** Most rows of one thread. */
const MOST_ROWS = 16;
/** Most columns of one thread, and fewest threads side by side that load the weights of one k. */
const MOST_COLUMNS = 4;
const FEWEST_LANES = 8;
const ROWS = [4, 8, 16, 32] as const;
const UNITS = [8, 16, 32] as const;

/** All tiles that the kernels know. */
export const tiles: readonly Tile[] = ROWS.flatMap((rows) =>
  UNITS.filter((units) => rows * units <= 2 * THREADS).map((units) => ({ rows, units })),
);

/** What these kernels take besides the params of a step. */
export const tileParams = { tile_rows: 'u32', tile_units: 'u32' } as const;

/** The tiles worth a thought for a batch on a device: as many rows as there are, or half of it, in registers. */
export function tilesFor(batch: number, limits: Limits, gates: number): readonly Tile[] {
  if (limits.workgroupThreads < THREADS || limits.workgroupBytes < WORKGROUP_BYTES) return [];
  const { registerBytes, threadRegisters } = limits.model;
  const registers = Math.min(threadRegisters, registerBytes / 4 / THREADS);
  const fit = tiles.filter((tile) => {
    const { ROWS: rows, COLUMNS } = threadsOf(tile, gates);
    // Half of the registers for sums leaves as many for weights and what the cell needs.
    return (tile.rows === ROWS[0] || tile.rows < 2 * batch) && rows * COLUMNS <= registers / 2;
  });
  const most = Math.max(...fit.map((tile) => tile.rows));
  return fit.filter((tile) => tile.rows >= most / 2);
}

/** How a tile is dealt to the threads, with `gates` columns a unit: a thread has all gates of a unit, or more units. */
function threadsOf({ rows, units }: { rows: number; units: number }, gates: number) {
  const ROW_GROUPS = Math.max(1, rows / MOST_ROWS);
  const unitsOfThread = Math.max(1, Math.min(units / FEWEST_LANES, Math.floor(MOST_COLUMNS / gates)));
  const LANES = units / unitsOfThread;
  return {
    ROWS: rows / ROW_GROUPS,
    ROW_GROUPS,
    LANES,
    GATES: gates,
    COLUMNS: gates * unitsOfThread,
    SPLIT: THREADS / (LANES * ROW_GROUPS),
    THREADS,
  };
}

/** The kernel of a step by tiles: bindings, reference and cost are those of `step`, whose product has `gates` sums a unit. */
export function tiledStep<const B extends Bindings, const P extends ParamTypes>(
  name: string,
  wgsl: string,
  step: Kernel<B, P>,
  gates: number,
): Kernel<B, P & typeof tileParams> {
  type Values = ParamValues<P & typeof tileParams> & StepValues;
  return defineKernel<B, P & typeof tileParams>({
    name,
    wgsl,
    bindings: step.bindings,
    params: { ...step.params, ...tileParams },
    constants: (p, limits) => ({
      ...step.constants?.(p, limits),
      ...threadsOf({ rows: p.tile_rows, units: p.tile_units }, gates),
    }),
    workgroups(p) {
      const { units, batch, lanes, tile_units, tile_rows } = p as Values;
      return [Math.ceil(units / tile_units), Math.ceil(batch / tile_rows), lanes];
    },
    reference: (tensors, p) => step.reference(tensors, p),
    ...(step.cost && { cost: step.cost }),
  });
}
