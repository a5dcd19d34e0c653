// Every strategy of every cell on the GPU gives what the steps one by one give on the CPU in f64, with masks and initial states.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { forced, strategyNames } from '../harness/strategies.ts';
import { layers, runTwoLayers } from './strategies.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

for (const [name, make] of Object.entries(layers)) {
  describe(name, () => {
    for (const strategy of strategyNames) {
      test(strategy, async () => {
        for (const masked of [false, true]) {
          const steps = await runTwoLayers(forced(cpu({ precision: 'f64' }), 'step'), make, masked);
          const got = await runTwoLayers(forced(backend, strategy), make, masked);
          for (const [what, expected] of steps) expectClose(got.get(what)!, expected, what, 3e-5);
        }
      });
    }
  });
}

/** Each element within `tolerance` of the largest. */
function expectClose(got: number[], expected: number[], what: string, tolerance: number): void {
  const largest = Math.max(1e-3, ...expected.map(Math.abs));
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0);
  expect(got.length, what).toBe(expected.length);
  expect(worst / largest, what).toBeLessThan(tolerance);
}
