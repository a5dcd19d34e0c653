// Every kernel on the CPU: the reference in f32 agrees with the reference in f64 over the kernel's cases.
import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';
import { runKernelCase } from '../harness/kernel_run.ts';

describe('kernel references in f32 against f64', () => {
  for (const kernel of kernels) {
    describe(kernel.name, () => {
      for (const it of casesByKernel.get(kernel.name) ?? []) {
        test(it.name, async () => {
          const result = await runKernelCase(kernel, it, cpu());
          expect(result.passed, result.message).toBe(true);
        });
      }
    });
  }
});
