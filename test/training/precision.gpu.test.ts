// Training with recurrent weights in f16 on the GPU arrives where f32 arrives.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { matmulSubgroup, matmulTiledHalves } from '../../src/kernels/matmul_halves.ts';
import { cannotRun } from '../harness/kernel_run.ts';
import { halfStrategyNames } from '../harness/strategies.ts';
import { end, trainBoth, trainProducts } from './precision.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu({ precision: 'f16' });
});
afterAll(() => backend?.dispose());

describe('a language model in f16 on the GPU', () => {
  for (const strategy of halfStrategyNames) {
    test(`lstm by ${strategy} learns what it learns in f32`, async () => {
      const { f32, f16 } = await trainBoth(backend, 'lstm', strategy, 60);
      expect(f16).not.toEqual(f32);
      expect(Math.abs(f16[0] / f32[0] - 1)).toBeLessThan(1e-3);
      expect(end(f16)).toBeLessThan(0.75 * f16[0]);
      expect(Math.abs(end(f16) / end(f32) - 1)).toBeLessThan(0.03);
    });
  }

  for (const [way, kernel] of [
    ['tiled 32 f16', matmulTiledHalves],
    ['subgroup 32 f16', matmulSubgroup],
  ] as const) {
    test(`lstm with all products by ${way} learns what it learns in f32`, async (context) => {
      const reason = cannotRun(kernel, backend);
      if (reason !== undefined) return context.skip(reason);
      const { f32, f16 } = await trainProducts(backend, 'lstm', way, 60);
      expect(f16).not.toEqual(f32);
      expect(Math.abs(f16[0] / f32[0] - 1)).toBeLessThan(1e-3);
      expect(end(f16)).toBeLessThan(0.75 * f16[0]);
      expect(Math.abs(end(f16) / end(f32) - 1)).toBeLessThan(0.03);
    });
  }

  test('is asked for by an option, and nothing else is taken for one', async () => {
    expect(backend.limits.precision).toBe('f16');
    const offers = (name: string) => backend.device.features.has(name as GPUFeatureName);
    expect(backend.limits.halves).toBe(offers('shader-f16'));
    if (backend.limits.matrixSide > 0) expect(offers('chromium-experimental-subgroup-matrix')).toBe(true);
    const whole = await webgpu();
    expect(whole.limits).toMatchObject({ precision: 'f32', halves: false, matrixSide: 0 });
    whole.dispose();
    await expect(webgpu({ precision: 'half' as never })).rejects.toThrow(
      /\[webgpu\/precision\] must be 'f32' or 'f16', got "half"/,
    );
  });
});
