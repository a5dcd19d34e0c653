// The embedding layer on the GPU against golden values.
import { afterAll, beforeAll, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkEmbedding } from './embedding.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

for (const id of goldenIds('embedding')) {
  test(id, () => checkEmbedding(id, backend, 'f32'));
}
