// Every strategy of every cell on the GPU (of tiles a few) gives what the steps one by one give on the CPU in f64, with masks and initial
// states; those in f16 what the same strategy gives there, because it rounds the same weights.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { forced, halfStrategyNames, strategyNames, tileStrategies } from '../harness/strategies.ts';
import { difference, layers, runTwoLayers } from './strategies.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    for (const strategy of [...strategyNames, ...halfStrategyNames]) {
      test(strategy, async () => {
        const reference = strategy.endsWith('f16') ? strategy : 'step';
        for (const masked of [false, true]) {
          const steps = await runTwoLayers(forced(cpu({ precision: 'f64' }), reference), make, masked);
          const got = await runTwoLayers(forced(backend, strategy), make, masked);
          for (const [what, expected] of steps) {
            expect(difference(got.get(what)!, expected), what).toBeLessThan(3e-5);
          }
        }
      });
    }

    const tile = tileStrategies[name];
    if (!tile) return;
    test(tile.strategy, async () => {
      const { strategy, batch } = tile;
      const steps = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'step'), make, true, batch);
      const got = await runTwoLayers(forced(backend, strategy), make, true, batch);
      for (const [what, expected] of steps) {
        expect(difference(got.get(what)!, expected), what).toBeLessThan(3e-5);
      }
    });
  });
}
