// The WebGPU backend's own promises: errors that explain, profiles, storage, and an end that is final.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { type Builder, buildPlan } from '../../src/core/builder.ts';
import { DeviceError, OptionError } from '../../src/core/errors.ts';
import { defineKernel } from '../../src/core/kernel.ts';
import { Parameters } from '../../src/core/parameters.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { smallConfig, smallTrainer } from '../training/whole_models.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

function plan(on: WebGpuBackend, body: (b: Builder) => Record<string, Tensor>, name = 'test') {
  return buildPlan({ name, limits: on.limits, parameters: new Parameters() }, body);
}

describe('the WebGPU backend', () => {
  test('names its adapter, and says when it is a software adapter', () => {
    expect(backend.description.length).toBeGreaterThan(3);
    expect(backend.description.includes('software adapter')).toBe(backend.software);
    expect(backend.limits.cheapBarriers).toBe(!backend.software);
  });

  test('a shader that does not compile is shown with line numbers', async () => {
    const broken = defineKernel({
      name: 'broken',
      wgsl: 'const A: u32 = 1u;\n@compute @workgroup_size(1) fn main() { y[0] = oops; }',
      bindings: { y: 'write' },
      params: {},
      workgroups: () => [1, 1, 1],
      reference() {},
    });
    const built = plan(backend, (b) => {
      const y = b.scratch('y', [4]);
      b.dispatch(broken, { y }, {});
      return { y };
    });
    const error = await backend.load(built).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as Error).message).toMatch(/\[broken\] does not compile/);
    expect((error as Error).message).toMatch(/line 2:/);
    expect((error as Error).message).toContain('   2 @compute');
    expect(() => backend.write(built.outputs.y, [1, 2, 3, 4])).toThrow(/has no storage/);
    // The device is none the worse for it.
    const fine = await backend.load(plan(backend, (b) => ({ y: b.state('y', [4]) })));
    fine.run();
    await fine.finished();
  });

  test('writes and reads whole tensors and views of both dtypes', async () => {
    const built = plan(backend, (b) => {
      const f = b.state('f', [10], { initial: () => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] });
      const u = b.state('u', [3], { dtype: 'u32' });
      return { f, part: b.view(f, 3, [2]), u };
    });
    const { f, part, u } = built.outputs;
    await backend.load(built);
    expect([...(await backend.read(part))]).toEqual([3, 4]);
    backend.write(part, [30, 40]);
    expect([...(await backend.read(f))]).toEqual([0, 1, 2, 30, 40, 5, 6, 7, 8, 9]);
    backend.write(u, [1, 0xffffffff, 3]);
    expect([...(await backend.read(u))]).toEqual([1, 0xffffffff, 3]);
    expect(() => backend.write(u, [1])).toThrow('[u] takes 3 values for [3], got 1');
  });

  test('profiles every kernel of a training step', async () => {
    const trainer = await smallTrainer(backend, smallConfig({ layers: 1 }));
    const rows = await trainer.executable.profile();
    const calls = rows
      .filter((r) => !['copy', 'clear'].includes(r.kernel))
      .reduce((sum, r) => sum + r.calls, 0);
    expect(calls).toBe(trainer.plan.counts().dispatches);
    expect(rows.find((r) => r.kernel === 'lstm_forward')).toMatchObject({ scope: 'lstm', calls: 8 });
    expect(rows.every((r) => r.milliseconds >= 0)).toBe(true);
    trainer.dispose();
  });

  test('the first k steps of a plan can be compared with the CPU, tensor by tensor', async () => {
    const config = smallConfig({ layers: 1 });
    const reference = cpu({ limits: backend.limits });
    const onGpu = await smallTrainer(backend, config);
    const onCpu = await smallTrainer(reference, config);
    for (const steps of [5, 12, onGpu.plan.steps.length]) {
      onGpu.executable.run(steps);
      onCpu.executable.run(steps);
      for (const [i, root] of onGpu.plan.roots.entries()) {
        const got = await backend.read(root);
        const expected = await reference.read(onCpu.plan.roots[i]);
        const worst = Math.max(...got.map((value, j) => Math.abs(value - expected[j])));
        expect(worst, `${root.name} after ${steps} steps`).toBeLessThan(1e-4);
      }
    }
    onGpu.dispose();
  });

  test('times runs, and tells how long loading took', async () => {
    const trainer = await smallTrainer(backend, smallConfig({ layers: 1 }));
    const { executable } = trainer;
    const one = await executable.time(1);
    const many = await executable.time(8);
    expect(one).toBeGreaterThan(0);
    expect(many).toBeGreaterThan(one);
    const { allocate, compile, bind } = executable.loadTimes;
    expect(Math.min(allocate, compile, bind)).toBeGreaterThanOrEqual(0);
    expect(trainer.loadTimes).toMatchObject({ ...executable.loadTimes, build: expect.any(Number) });
    trainer.dispose();
    await expect(executable.time(1)).rejects.toThrow(/was disposed of/);
  });

  test('an option that does not exist is refused, as is a mode', async () => {
    await expect(webgpu({ tune: 'full' } as object)).rejects.toThrow(/\[webgpu\] has no option tune/);
    await expect(webgpu({ autotune: 'on' as 'off' })).rejects.toThrow(/off, cached, full, got "on"/);
  });

  test('limits are those that the device grants, or less', async () => {
    const refused = async (limits: object) =>
      expect(webgpu({ limits }), JSON.stringify(limits)).rejects.toThrow(OptionError);
    await refused({ foo: 1 });
    await refused({ workgroupBytes: 1e9 });
    await refused({ bindingAlignment: 4 });
    await refused({ precision: 'f64' });
    await expect(webgpu({ limits: null } as object)).rejects.toThrow(OptionError);
    const less = await webgpu({ limits: { workgroupBytes: 8192, tuned: { 'some key': 'a name' } } });
    expect(less.limits.workgroupBytes).toBe(8192);
    expect(less.limits.tuned?.get('some key')).toBe('a name');
    less.dispose();
  });

  test('a plan is loaded once at a time', async () => {
    const built = plan(backend, (b) => ({ y: b.state('y', [4]) }));
    const executable = await backend.load(built);
    await expect(backend.load(built)).rejects.toThrow(/is loaded already/);
    executable.dispose();
    (await backend.load(built)).dispose();
  });

  test('a device lost in the midst of training is one error that can be caught', async () => {
    const own = await webgpu();
    const trainer = await smallTrainer(own, smallConfig({ layers: 1 }));
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    try {
      const training = trainer.train({
        steps: 20,
        onStep: (done) => {
          if (done === 5) own.device.destroy();
        },
      });
      await expect(training).rejects.toThrow(DeviceError);
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      process.off('unhandledRejection', listen);
    }
    expect(unhandled).toEqual([]);
  });

  test('a plan that was disposed of does not run, a lost device says so', async () => {
    const own = await webgpu();
    const executable = await own.load(plan(own, (b) => ({ y: b.state('y', [4]) })));
    executable.dispose();
    expect(() => executable.run()).toThrow(/was disposed of/);
    own.device.destroy();
    expect(await own.lost).toBeTypeOf('string');
    expect(() => own.write({} as Tensor, [])).toThrow(/the GPU device is lost/);
    await expect(own.load(plan(own, (b) => ({ y: b.state('y', [4]) })))).rejects.toThrow(DeviceError);
  });
});
