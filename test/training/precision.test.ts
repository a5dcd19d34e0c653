// Training with recurrent weights in f16 on the CPU arrives where f32 arrives; words that are no precision are refused.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { halfStrategyNames } from '../harness/strategies.ts';
import { end, trainBoth, trainProducts } from './precision.ts';

describe('a language model in f16', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    for (const strategy of halfStrategyNames) {
      test(`${cell} by ${strategy} learns what it learns in f32`, async () => {
        const { f32, f16 } = await trainBoth(cpu(), cell, strategy, 120);
        expect(f16).not.toEqual(f32);
        expect(Math.abs(f16[0] / f32[0] - 1)).toBeLessThan(1e-3);
        expect(end(f16)).toBeLessThan(0.5 * f16[0]);
        expect(Math.abs(end(f16) / end(f32) - 1)).toBeLessThan(0.03);
      });
    }
    for (const way of ['tiled 32 f16', 'subgroup 32 f16']) {
      test(`${cell} with all products by ${way} learns what it learns in f32`, async () => {
        const backend = cpu({ limits: { halves: true, matrixSide: 8, subgroupThreads: 32 } });
        const { f32, f16 } = await trainProducts(backend, cell, way, 120);
        expect(f16).not.toEqual(f32);
        expect(Math.abs(f16[0] / f32[0] - 1)).toBeLessThan(1e-3);
        expect(end(f16)).toBeLessThan(0.5 * f16[0]);
        expect(Math.abs(end(f16) / end(f32) - 1)).toBeLessThan(0.03);
      });
    }
  }
});
