// Dawn's binding really polls through setImmediate, and a slow wait reaches it: a new release could change either.

import { expect, test } from 'vitest';
import { create, globals } from 'webgpu';
import { slowPolling } from '../../src/backends/webgpu/node_wait.ts';

test('a long wait polls about a thousand times a second at most', async () => {
  const gpu = create([]);
  const device = await (await gpu.requestAdapter())!.requestDevice();
  const { GPUBufferUsage } = globals as typeof globalThis;
  const code = `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      var x = f32(id.x);
      for (var i = 0u; i < 2000u; i++) { x = fma(x, 0.999, 0.5); }
      y[id.x] = x;
    }`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
  const size = 64 * 4096 * 4;
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(4096);
  pass.end();
  device.queue.submit([encoder.finish()]);

  const original = globalThis.setImmediate;
  let late = 0;
  const start = performance.now();
  globalThis.setImmediate = new Proxy(original, {
    apply(target, self, args) {
      if (performance.now() - start > 2) late++;
      return Reflect.apply(target, self, args);
    },
  });
  try {
    await slowPolling(() => device.queue.onSubmittedWorkDone());
  } finally {
    globalThis.setImmediate = original;
  }
  // After its quick first millisecond a wait polls by timer, so hardly anything reaches setImmediate itself.
  expect(late).toBeLessThan(50);
  device.destroy();
  expect(gpu).toBeDefined(); // The binding's root object must outlive the work.
});
