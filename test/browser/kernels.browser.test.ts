// The kernel cases in a real browser: the same table as in Node but for what it keeps to Node, through the browser's own WebGPU.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { casesByKernel } from '../cases/index.ts';
import { type Browser, type OpenPage, openBrowser } from '../harness/browser.ts';

let browser: Browser;
let page: OpenPage;
beforeAll(async () => {
  browser = await openBrowser({ zeroedByLoops: true });
  page = await browser.open({
    module: `
      import { webgpu } from '/src/backends/webgpu/webgpu.ts';
      import { kernels } from '/src/kernels/index.ts';
      import { casesByKernel } from '/test/cases/index.ts';
      import { cannotRun, runKernelCase } from '/test/harness/kernel_run.ts';
      const backend = await webgpu({ precision: 'f16' });
      globalThis.runCases = async (name) => {
        const kernel = kernels.find((k) => k.name === name);
        const failures = [];
        const lacking = cannotRun(kernel, backend, () => {});
        if (lacking !== undefined) return { lacking };
        const cases = casesByKernel.get(name).filter((it) => !it.nodeOnly);
        for (const it of cases) {
          const result = await runKernelCase(kernel, it, backend);
          if (!result.passed) failures.push(it.name + ': ' + result.message);
        }
        return { ran: cases.length, failures };
      };
    `,
  });
  await page.page.waitForFunction('globalThis.runCases');
});
afterAll(() => browser?.close());

describe('kernels in Chromium against the reference in f64', () => {
  for (const { name } of kernels) {
    test(name, async (context) => {
      const result = (await page.evaluate(`globalThis.runCases('${name}')`)) as {
        ran: number;
        failures: string[];
        lacking?: string;
      };
      if (result.lacking !== undefined) {
        console.warn(result.lacking);
        return context.skip(result.lacking);
      }
      expect(result.failures).toEqual([]);
      expect(result.ran).toBe(casesByKernel.get(name)?.filter((it) => !it.nodeOnly).length);
    });
  }

  test('the console stays clean', () => {
    expect(page.console).toEqual([]);
    page.assertClean();
  });
});
