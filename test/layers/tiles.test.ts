// Steps by tiles: emitted as the plain steps are, offered where a device can run them, and never where barriers are dear.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { deviceModel } from '../../src/core/device_model.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import { tiles } from '../../src/kernels/recurrent_tile.ts';
import type { Cell } from '../../src/layers/cell.ts';
import { gruCell, gruResetBeforeCell } from '../../src/layers/gru.ts';
import { lstmCell } from '../../src/layers/lstm.ts';
import { rnnCell } from '../../src/layers/simple_rnn.ts';
import { forced } from '../harness/strategies.ts';
import { layers, runTwoLayers } from './strategies.ts';

const cells: Readonly<Record<string, Cell>> = {
  lstm: lstmCell,
  'gru, reset after': gruCell,
  'gru, reset before': gruResetBeforeCell,
  simpleRNN: rnnCell('tanh'),
};

describe('steps by tiles leave what plain steps leave', () => {
  for (const [name, make] of Object.entries(layers)) {
    test(name, async () => {
      for (const masked of [false, true]) {
        const plain = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'step'), make, masked);
        const byTiles = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'tile 8x16'), make, masked);
        for (const [what, expected] of plain) expect(byTiles.get(what), what).toEqual(expected);
      }
    });
  }
});

/** Names of the tiles that a device may run, both ways. */
function offered(cell: Cell, batch: number, units: number, limits: Limits): string[] {
  const sizes = { steps: 32, batch, units, lanes: 1 as const };
  return [...cell.forward, ...cell.backward].flatMap((s) =>
    s.name.startsWith('tile') && s.estimate(sizes, limits) !== undefined ? [s.name] : [],
  );
}

describe.each(Object.entries(cells))('tiles of %s', (_name, cell) => {
  const devices = ['NVIDIA H100', 'apple metal-3', 'intel iris', 'arm mali', ''];

  test.each(devices)('are few and of one or two heights on "%s"', (words) => {
    const limits = { ...defaultLimits, model: deviceModel(words, false) };
    for (const batch of [1, 2, 5, 16, 17, 64, 500]) {
      for (const strategies of [cell.forward, cell.backward]) {
        const names = offered({ ...cell, forward: strategies, backward: [] }, batch, 512, limits);
        expect(names.length, `N ${batch}`).toBeGreaterThan(0);
        expect(names.length, `N ${batch}`).toBeLessThanOrEqual(6);
      }
    }
    expect(offered(cell, 1, 512, limits).every((name) => name.startsWith('tile 4x'))).toBe(true);
  });

  test('are left out where barriers are dear, or workgroups too small', () => {
    const software = { ...defaultLimits, cheapBarriers: false, model: deviceModel('', true) };
    expect(offered(cell, 32, 128, software)).toEqual([]);
    expect(offered(cell, 32, 128, { ...defaultLimits, workgroupThreads: 128 })).toEqual([]);
    expect(offered(cell, 32, 128, { ...defaultLimits, workgroupBytes: 16128 })).toEqual([]);
  });
});

test('a tile has no more pairs than two a thread', () => {
  for (const { rows, units } of tiles) expect(rows * units).toBeLessThanOrEqual(512);
});
