// Dense layers against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkDenseGolden } from './dense.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('golden dense layers on the GPU', () => {
  for (const id of goldenIds('dense')) test(id, () => checkDenseGolden(id, backend, 'f32'));
});
