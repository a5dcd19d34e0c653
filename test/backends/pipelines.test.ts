// The cache of pipelines, on a device that counts: one for each source, and a failure is no answer for ever.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShaderError } from '../../src/backends/shared.ts';
import { pipelineCache } from '../../src/backends/webgpu/pipelines.ts';
import { DeviceError } from '../../src/core/errors.ts';
import { defineKernel, type Kernel } from '../../src/core/kernel.ts';
import type { Dispatch } from '../../src/core/plan.ts';

beforeEach(() => vi.stubGlobal('GPUShaderStage', { COMPUTE: 4 }));
afterEach(() => vi.unstubAllGlobals());

/** A device whose pipelines fail with what `fail` gives for a source. */
function fakeDevice(fail: (code: string) => { reason: string } | undefined = () => undefined) {
  const sources: string[] = [];
  const device = {
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    pushErrorScope() {},
    popErrorScope: async () => null,
    createShaderModule({ code }: { code: string }) {
      sources.push(code);
      return { code, getCompilationInfo: async () => ({ messages: [] }) };
    },
    async createComputePipelineAsync({ compute }: { compute: { module: { code: string } } }) {
      const failure = fail(compute.module.code);
      if (failure) throw Object.assign(new Error(`no pipeline: ${failure.reason}`), failure);
      return { of: compute.module.code };
    },
  };
  return { cache: pipelineCache(device as unknown as GPUDevice), sources };
}

function kernelOf(name: string, wgsl: string): Kernel {
  return defineKernel({
    name,
    wgsl,
    bindings: { x: 'readwrite' },
    params: {},
    workgroups: () => [1, 1, 1],
    reference() {},
  });
}

function stepOf(kernel: Kernel, constants: Dispatch['constants'] = {}): Dispatch {
  return { kind: 'dispatch', kernel, tensors: {}, params: {}, constants, workgroups: [1, 1, 1], scope: '' };
}

test('equal sources are compiled once, whichever kernel and constants they come from', async () => {
  const { cache, sources } = fakeDevice();
  const text = '#if WIDE\nwide\n#endif\nfn main() {}';
  const one = kernelOf('one', text);
  const two = kernelOf('two', text);
  const narrow = { WIDE: false };
  await cache.compile([stepOf(one, narrow), stepOf(one, narrow), stepOf(two, narrow)]);
  await cache.compile([stepOf(one, { ...narrow })]);
  expect(sources).toHaveLength(1);
  expect(cache.get(stepOf(two, narrow))).toBe(cache.get(stepOf(one, narrow)));
  await cache.compile([stepOf(one, { WIDE: true }), stepOf(one, { COUNT: 2, WIDE: true })]);
  expect(sources).toHaveLength(3);
});

test('what failed is tried again, and says whether the shader is to blame', async () => {
  let reason: string | undefined = 'internal';
  const { cache, sources } = fakeDevice(() => (reason === undefined ? undefined : { reason }));
  const step = stepOf(kernelOf('one', 'fn main() {}'));
  const failure = () => cache.compile([step]).catch((error: unknown) => error);
  const first = await failure();
  expect(first).toBeInstanceOf(DeviceError);
  expect(first).not.toBeInstanceOf(ShaderError);
  reason = 'validation';
  const second = await failure();
  expect(second).toBeInstanceOf(ShaderError);
  expect(String(second)).toMatch(
    /\[one\] does not compile with \{\}:[\s\S]*no pipeline: validation[\s\S]*1 fn main/,
  );
  reason = undefined;
  await cache.compile([step]);
  expect(cache.get(step)).toEqual({ of: 'fn main() {}' });
  expect(sources).toHaveLength(3);
});
