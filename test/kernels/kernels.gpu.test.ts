// Every kernel on the GPU: the WGSL agrees with the reference in f64 over the kernel's cases.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';
import { cannotRun, runKernelCase } from '../harness/kernel_run.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu({ precision: 'f16' });
});
afterAll(() => backend?.dispose());

describe('kernels on the GPU against the reference in f64', () => {
  for (const kernel of kernels) {
    describe(kernel.name, () => {
      for (const it of casesByKernel.get(kernel.name) ?? []) {
        test(it.name, async (context) => {
          const reason = cannotRun(kernel, backend);
          if (reason !== undefined) return context.skip(reason);
          const result = await runKernelCase(kernel, it, backend);
          expect(result.passed, result.message).toBe(true);
        });
      }
    });
  }
});
