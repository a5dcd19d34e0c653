// Strategies with one dispatch a time step by tiles through workgroup memory: for GPUs and more than a few units.
import type { Builder } from '../core/builder.ts';
import { type Tile, tiles, tilesFor } from '../kernels/recurrent_tile.ts';
import type { Recurrence } from './cell.ts';
import type { Strategy } from './strategy.ts';

/** What a kernel by tiles is told besides the params of a step. */
export interface TileParams {
  readonly tile_rows: Tile['rows'];
  readonly tile_units: Tile['units'];
}

/** Part of a core's peak that is reached, by the rows of a tile: a weight that is loaded serves all of them. */
const EFFICIENCY = { 4: 0.2, 8: 0.35, 16: 0.5, 32: 0.5 } as const;
/** Phases that nothing hides: the first loads, adding what the splits have summed, and the cell. */
const PHASES = 5;

/**
 * As `stepwise`, by tiles through workgroup memory with the sums split over threads; `emit` is told the tile's params.
 * `sums`: columns of a unit in its largest product, all gates forward and one backward.
 * Cost: T·(launch + phases + the products, or their operands from the cache) for each wave of workgroups.
 */
export function tiled<R extends Recurrence>(
  gates: number,
  sums: number,
  dispatches: number,
  emit: (b: Builder, r: R, tile: TileParams) => void,
): Strategy<R>[] {
  return tiles.map((tile): Strategy<R> => {
    const { rows, units: width } = tile;
    return {
      name: `tile ${rows}x${width}`,
      estimate({ steps, batch, units, lanes }, limits) {
        const { model, cheapBarriers } = limits;
        if (!cheapBarriers || !tilesFor(batch, limits, sums).includes(tile)) return undefined;
        const waves = Math.ceil((lanes * Math.ceil(units / width) * Math.ceil(batch / rows)) / model.cores);
        const compute = (2 * gates * units * rows * width) / (model.coreFlops * EFFICIENCY[rows]);
        const operands = sums === 1 ? gates * (width + rows) : gates * width + rows;
        const load = (4 * units * operands) / model.coreCacheBytes;
        const phases = dispatches * (model.launch + PHASES * model.barrier);
        // The shorter of the two is hidden, but never quite.
        const work = Math.max(compute, load) + Math.min(compute, load) / 8;
        return steps * (phases + waves * work);
      },
      emit: (b, r) => emit(b, r, { tile_rows: rows, tile_units: width }),
    };
  });
}
