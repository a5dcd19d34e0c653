// Sequence layers against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { testOwnOnGpu } from './own.ts';
import { checks } from './sequence_layers.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

for (const [kind, check] of Object.entries(checks)) {
  describe(`golden ${kind} on the GPU`, () => {
    for (const id of goldenIds(kind)) test(id, () => check(id, backend, 'f32'));
  });
}

testOwnOnGpu(['layer'], () => backend);
