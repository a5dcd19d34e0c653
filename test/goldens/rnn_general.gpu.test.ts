// General cells against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { goldenIds } from '../harness/golden.ts';
import { testOwnOnGpu } from './own.ts';
import { checkRnnGolden } from './rnn.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('golden recurrent layers by general cells on the GPU', () => {
  for (const id of goldenIds('rnn')) {
    test(id, () => checkRnnGolden(id, backend, 'f32', { clip: 1e30 }));
  }
});

testOwnOnGpu(['projection', 'cell'], () => backend);
