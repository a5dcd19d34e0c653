// Language models trained over carried chunks against golden values on the GPU, in the form for GPUs and in that for software adapters.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkLmGolden } from './lm.ts';
import { testOwnOnGpu } from './own.ts';

for (const cheapBarriers of [false, true]) {
  describe(`golden language models on the GPU, barriers ${cheapBarriers ? 'cheap' : 'dear'}`, () => {
    let backend: WebGpuBackend;
    beforeAll(async () => {
      backend = await webgpu({ limits: { cheapBarriers } });
    });
    afterAll(() => backend?.dispose());

    for (const id of goldenIds('lm')) {
      test(id, () => checkLmGolden(id, backend, 'f32'));
      test(`${id}, a few rows of logits at a time`, () =>
        checkLmGolden(id, { ...backend, limits: { ...backend.limits, wholeBytes: 250 } }, 'f32'));
    }
    if (!cheapBarriers) testOwnOnGpu(['fit'], () => backend);
  });
}
