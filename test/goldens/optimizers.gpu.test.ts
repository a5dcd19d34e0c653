// Optimizers and clipping on the GPU against golden values of torch, in the form for GPUs and in that for software
// adapters; gradients that are not finite; averages of the weights.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkAverages, checkLateAverages, checkOverwriting } from '../training/averaged_weights.ts';
import { checkNotFinite } from '../training/not_finite.ts';
import { checkClipping, checkOptimizer } from './optimizers.ts';
import { testOwnOnGpu } from './own.ts';

for (const cheapBarriers of [false, true]) {
  describe(`on the GPU, barriers ${cheapBarriers ? 'cheap' : 'dear'}`, () => {
    let backend: WebGpuBackend;
    beforeAll(async () => {
      backend = await webgpu({ limits: { cheapBarriers } });
    });
    afterAll(() => backend?.dispose());

    for (const id of goldenIds('optim')) {
      test(id, () => checkOptimizer(id, backend, 'f32'));
    }
    for (const id of goldenIds('clip')) {
      test(id, () => checkClipping(id, backend, 'f32'));
    }
    if (!cheapBarriers) testOwnOnGpu(['update', 'average', 'constraint'], () => backend);
    test('gradients that are not finite leave the weights as they are', () => checkNotFinite(backend));
    test('averages swap with the weights and take their place', () => checkAverages(backend));
    test('averages overwrite the weights as often as asked', () => checkOverwriting(backend));
    test('averages of what is trained later begin from the weights', () => checkLateAverages(backend));
  });
}
