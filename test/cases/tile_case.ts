// Cases of a step by tiles: those of the plain step, dealt among a few tiles, and each tile that there is off its edges.
import { recurrentActivations } from '../../src/kernels/activations.ts';
import { tiles as all } from '../../src/kernels/recurrent_tile.ts';
import type { KernelCase } from './kernel_case.ts';

/** `tiles` [rows, units]: few, because a software adapter takes seconds to compile one; the others are run in Node alone. */
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
  const others = all.filter(({ rows, units }) => !tiles.some(([r, u]) => r === rows && u === units));
  return [
    ...steps.filter((it) => !edge.includes(it)).map((it, i) => withTile(it, tiles[i % tiles.length])),
    ...edge.flatMap((it) => tiles.map((tile) => withTile(it, tile))),
    ...edge.flatMap((it) =>
      others.map(({ rows, units }) => ({ ...withTile(it, [rows, units]), nodeOnly: true })),
    ),
  ];
}

/** Deals the activations to the cases that are run in Node alone, so that each of them meets a few tiles. */
export function withActivations(cases: readonly KernelCase[]): KernelCase[] {
  let dealt = 0;
  return cases.map((it) => {
    if (!it.nodeOnly) return it;
    const activation = dealt++ % recurrentActivations.length;
    const name = `${it.name}, ${recurrentActivations[activation]}`;
    return { ...it, name, params: { ...it.params, activation } };
  });
}
