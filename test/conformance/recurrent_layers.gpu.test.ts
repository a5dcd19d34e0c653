// Published numbers of recurrent layers on the GPU.
import { afterAll, beforeAll, describe } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { recurrentLayerTests } from './recurrent_layers_suite.ts';

describe('on the GPU', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await webgpu();
  });
  afterAll(() => backend?.dispose());
  recurrentLayerTests(() => backend);
});
