// Cases of a step by tiles: those of the plain step, dealt among a few tiles, and each of these off its edges.
import type { KernelCase } from './kernel_case.ts';

/** `tiles` [rows, units]: few, because a software adapter takes seconds to compile one. */
export function tiled(
  steps: readonly KernelCase[],
  tiles: readonly (readonly [number, number])[],
): KernelCase[] {
  const withTile = (it: KernelCase, [tile_rows, tile_units]: readonly [number, number]): KernelCase => ({
    ...it,
    name: `${it.name}, tile ${tile_rows}x${tile_units}`,
    params: { ...it.params, tile_rows, tile_units },
  });
  const edge = steps.filter((it) => it.name === 'off the tile');
  return [
    ...steps.filter((it) => !edge.includes(it)).map((it, i) => withTile(it, tiles[i % tiles.length])),
    ...edge.flatMap((it) => tiles.map((tile) => withTile(it, tile))),
  ];
}
