// The gradient of an embedding's table on the GPU against plain sums.
import { afterAll, beforeAll, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { checkTable, tables } from './embedding.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

test.each(tables)('of %s', (...table) => checkTable(backend, 'f32', table));
