// Activations against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { activationIds, checkActivationGolden } from './activations.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('golden activations on the GPU', () => {
  for (const id of activationIds) test(id, () => checkActivationGolden(id, backend, 'f32'));
});
