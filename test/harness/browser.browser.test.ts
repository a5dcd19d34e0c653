// Shows that the browser harness reaches WebGPU, reports what goes wrong in a page, and leaves nothing behind.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, openBrowser } from './browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

test('a compute shader runs in a page and the console stays clean', async () => {
  const opened = await browser.open({
    module: `
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter!.requestDevice();
      const module = device.createShaderModule({
        code: \`@group(0) @binding(0) var<storage, read_write> y: array<f32>;
          @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { y[i] = f32(i * i); }\`,
      });
      const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
      const y = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
      const read = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      const entries = [{ binding: 0, resource: { buffer: y } }];
      pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
      pass.dispatchWorkgroups(1);
      pass.end();
      encoder.copyBufferToBuffer(y, 0, read, 0, 16);
      device.queue.submit([encoder.finish()]);
      await read.mapAsync(GPUMapMode.READ);
      globalThis.result = Array.from(new Float32Array(read.getMappedRange()));
      device.destroy();
    `,
  });
  await opened.page.waitForFunction('globalThis.result');
  expect(await opened.evaluate('globalThis.result')).toEqual([0, 1, 4, 9]);
  expect(browser.adapter).not.toBe('none');
  expect(opened.console).toEqual([]);
  opened.assertClean();
  await opened.close();
});

test('a page imports packages and raw shader text without a reload', async () => {
  const opened = await browser.open({
    module: `
      import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
      import text from '/package.json?raw';
      globalThis.result = [wgsl\`#if \${true}\nyes\n#endif\`.trim(), text.length > 100];
    `,
  });
  await opened.page.waitForFunction('globalThis.result');
  expect(await opened.evaluate('globalThis.result')).toEqual(['yes', true]);
  expect(opened.console).toEqual([]);
  opened.assertClean();
  await opened.close();
});

test('errors, exceptions and missing files are recorded', async () => {
  const opened = await browser.open({
    module: `
      console.error('printed');
      await fetch('/no/such/file.bin');
      setTimeout(() => { globalThis.done = true; throw new Error('thrown'); });
    `,
  });
  await opened.page.waitForFunction('globalThis.done');
  const problems = opened.problems.join('\n');
  expect(problems).toContain('console error: printed');
  expect(problems).toContain('thrown');
  expect(problems).toContain('404');
  expect(() => opened.assertClean()).toThrow(/no\/such\/file/);
  await opened.close();
});
