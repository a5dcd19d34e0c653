// Published numbers for losses on the GPU.
import { afterAll, beforeAll, describe } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { lossTests } from './losses_suite.ts';

describe('on the GPU', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await webgpu();
  });
  afterAll(() => backend?.dispose());
  lossTests(() => backend);
});
