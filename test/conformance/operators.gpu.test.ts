// Published numbers of operators and of layers that are not recurrent, on the GPU.
import { afterAll, beforeAll, describe } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { operatorTests } from './operators_suite.ts';

describe('on the GPU', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await webgpu();
  });
  afterAll(() => backend?.dispose());
  operatorTests(() => backend);
});
