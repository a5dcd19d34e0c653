// Losses against golden values on the GPU.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { checkCrossEntropyGolden, crossEntropyIds } from './losses.ts';
import { checkLossGolden, lossIds } from './losses_of_rows.ts';
import { testOwnOnGpu } from './own.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('golden cross entropy on the GPU', () => {
  for (const id of crossEntropyIds) test(id, () => checkCrossEntropyGolden(id, backend, 'f32'));
});

describe('other golden losses on the GPU', () => {
  for (const id of lossIds) test(id, () => checkLossGolden(id, backend, 'f32'));
});

testOwnOnGpu(['row-loss', 'crf', 'metric'], () => backend);
