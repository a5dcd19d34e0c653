// Whole models on the GPU: the same bits twice, 50 steps beside the CPU, and the counts that make a step cheap.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpu } from '../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { languageModel } from '../../src/models/language_model.ts';
import { generator } from '../../src/training/generation.ts';
import { smallConfig, smallTrainer, trainSmall, vocabulary } from './whole_models.ts';

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend?.dispose());

describe('a small language model on the GPU', () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    test(`${cell}: 50 steps stay together with the CPU`, async () => {
      const config = smallConfig({ cell, dropout: 0.2 });
      const gpu = await trainSmall(backend, config, 50);
      const reference = await trainSmall(cpu({ limits: backend.limits }), config, 50);
      for (const [i, loss] of gpu.losses.entries()) {
        expect(Math.abs(loss - reference.losses[i]), `loss of step ${i + 1}`).toBeLessThan(
          1e-3 * reference.losses[i],
        );
      }
      expect(gpu.losses.at(-1)).toBeLessThan(0.95 * gpu.losses[0]);
    });
  }

  test('the same seed gives the same bits twice', async () => {
    const config = smallConfig({ dropout: 0.3 });
    const first = await trainSmall(backend, config, 10);
    expect(await trainSmall(backend, config, 10)).toEqual(first);
  });

  test('greedy generation agrees with the CPU', async () => {
    const config = smallConfig({ layers: 1 });
    const write = async (on: WebGpuBackend | ReturnType<typeof cpu>) => {
      const trainer = await smallTrainer(on, config);
      await trainer.train({ steps: 30 });
      const model = languageModel(config);
      const writer = await generator({ model, parameters: trainer.parameters, backend: on });
      return vocabulary.decode(
        await writer.generate({ prime: vocabulary.encode('the '), length: 30, temperature: 0 }),
      );
    };
    expect(await write(backend)).toBe(await write(cpu({ limits: backend.limits })));
  });

  test('a step is one submit and makes no buffer, bind group, pipeline or query set', async () => {
    const trainer = await smallTrainer(backend, smallConfig());
    await trainer.train({ steps: 2 });
    const { device } = backend;
    const made: Record<string, number> = {};
    const restore: (() => void)[] = [];
    const count = (object: object, name: string) => {
      const original = (object as Record<string, (...args: unknown[]) => unknown>)[name];
      Object.defineProperty(object, name, {
        configurable: true,
        value: (...args: unknown[]) => {
          made[name] = (made[name] ?? 0) + 1;
          return original.apply(object, args);
        },
      });
      restore.push(() => delete (object as Record<string, unknown>)[name]);
    };
    for (const name of ['createBuffer', 'createBindGroup', 'createComputePipelineAsync', 'createQuerySet']) {
      count(device, name);
    }
    count(device, 'createCommandEncoder');
    count(device.queue, 'submit');
    try {
      await trainer.train({ steps: 5 });
    } finally {
      for (const undo of restore) undo();
    }
    expect(made).toEqual({ createCommandEncoder: 5, submit: 5 });
    trainer.dispose();
  });

  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    test(`${cell}: a step of one layer takes no more than 2T + 24 dispatches, and copies that do not grow with T`, async () => {
      const trainer = await smallTrainer(backend, smallConfig({ cell, layers: 1 }));
      const { dispatches, copies, clears } = trainer.plan.counts();
      expect(dispatches).toBeLessThanOrEqual(2 * 8 + 24);
      expect(copies + clears).toBeLessThanOrEqual(8);
      trainer.dispose();
    });
  }
});
