// Whole models against published numbers on the GPU.
import { afterAll, beforeAll, describe } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { runner } from './keras_models.ts';
import { conformanceTests } from './suite.ts';

describe('on the GPU', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await webgpu();
  });
  afterAll(() => backend.dispose());
  conformanceTests('tfjs_layers.json', runner, () => backend);
});
