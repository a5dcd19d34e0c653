// Optimizers and clipping on the GPU against golden values of torch; gradients that are not finite.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkNotFinite } from '../training/not_finite.ts';
import { checkClipping, checkOptimizer } from './optimizers.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('on the GPU', () => {
  for (const id of goldenIds('optim')) {
    test(id, () => checkOptimizer(id, backend, 'f32'));
  }
  for (const id of goldenIds('clip')) {
    test(id, () => checkClipping(id, backend, 'f32'));
  }
  test('gradients that are not finite leave the weights as they are', () => checkNotFinite(backend));
});
