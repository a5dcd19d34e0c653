// Training with recurrent weights in f16 on the GPU arrives where f32 arrives.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { halfStrategyNames } from '../harness/strategies.ts';
import { end, trainBoth } from './precision.ts';

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

  test('is asked for by an option, and nothing else is taken for one', async () => {
    expect(backend.limits.precision).toBe('f16');
    await expect(webgpu({ precision: 'half' as never })).rejects.toThrow(
      /\[webgpu\/precision\] must be 'f32' or 'f16', got "half"/,
    );
  });
});
