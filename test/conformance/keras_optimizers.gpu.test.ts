// Keras' numbers for its optimizers on the GPU, in the form for GPUs and in that for software adapters.
import { afterAll, beforeAll, describe } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { kerasOptimizerTests } from './keras_optimizers_suite.ts';

for (const cheapBarriers of [false, true]) {
  describe(`on the GPU, barriers ${cheapBarriers ? 'cheap' : 'dear'}`, () => {
    let backend: WebGpuBackend;
    beforeAll(async () => {
      backend = await webgpu({ limits: { cheapBarriers } });
    });
    afterAll(() => backend?.dispose());
    kerasOptimizerTests(() => backend);
  });
}
