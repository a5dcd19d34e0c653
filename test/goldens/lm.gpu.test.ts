// Language models trained over carried chunks against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { checkLmGolden } from './lm.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('golden language models on the GPU', () => {
  for (const id of goldenIds('lm')) test(id, () => checkLmGolden(id, backend, 'f32'));
});
