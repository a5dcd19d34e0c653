// Kernels that are specialised by the price of a barrier, in the form that this device would not choose by itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import type { Kernel } from '../../src/core/kernel.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';
import { runKernelCase } from '../harness/kernel_run.ts';

let backend: WebGpuBackend;
let other: Backend;
beforeAll(async () => {
  backend = await webgpu();
  other = { ...backend, limits: { ...backend.limits, cheapBarriers: !backend.limits.cheapBarriers } };
});
afterAll(() => backend?.dispose());

/** Whether the price of a barrier changes what is compiled, by the kernel's first case. */
function isSpecialised(kernel: Kernel): boolean {
  const params = casesByKernel.get(kernel.name)?.[0]?.params ?? {};
  const of = (cheapBarriers: boolean) =>
    JSON.stringify(kernel.constants?.(params, { ...defaultLimits, cheapBarriers }));
  return of(true) !== of(false);
}

describe('kernels specialised by the price of a barrier, the other way', () => {
  const specialised = kernels.filter(isSpecialised);

  test('there are such kernels', () => expect(specialised.length).toBeGreaterThan(0));

  for (const kernel of specialised) {
    describe(kernel.name, () => {
      for (const it of casesByKernel.get(kernel.name) ?? []) {
        test(it.name, async () => {
          const result = await runKernelCase(kernel, it, other);
          expect(result.passed, result.message).toBe(true);
        });
      }
    });
  }
});
