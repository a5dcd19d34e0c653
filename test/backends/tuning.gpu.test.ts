// Tuning on the real device: kernels are checked, timed and chosen, and a second start finds the choice.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isOpen } from '../../src/backends/tuner.ts';
import { type WebGpuBackend, type WebGpuOptions, webgpu } from '../../src/backends/webgpu/webgpu.ts';
import { tunedPlan } from '../../src/training/tuned_plan.ts';
import { smallConfig, smallTrainer } from '../training/whole_models.ts';
import { doublingChoice, doublingPlan, kernelOf } from './tuning_choice.ts';

const before = process.env.WEBGPU_RNN_CACHE;
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webgpu-rnn-tuning-'));
  process.env.WEBGPU_RNN_CACHE = folder;
});
afterAll(() => {
  if (before === undefined) delete process.env.WEBGPU_RNN_CACHE;
  else process.env.WEBGPU_RNN_CACHE = before;
  fs.rmSync(folder, { recursive: true, force: true });
});

async function withBackend<T>(
  options: WebGpuOptions,
  use: (backend: WebGpuBackend) => Promise<T>,
): Promise<T> {
  const backend = await webgpu(options);
  try {
    return await use(backend);
  } finally {
    backend.dispose();
  }
}

test('the fastest correct kernel is taken, kept, and found by the next start', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const choice = doublingChoice({ slow: 1, astray: 1.5, broken: 2, quick: 3 });
  const told: string[] = [];
  let fastest = '';
  await withBackend({ autotune: 'full', onTune: (_done, _total, key) => told.push(key) }, async (backend) => {
    const { plan } = await tunedPlan(backend, () => doublingPlan(backend.limits, choice));
    const { chosen, microseconds, transient } = backend.tuning.measurements.get(choice.key)!;
    expect(microseconds).toMatchObject({ astray: null, broken: null });
    expect(transient).toBe(undefined);
    // Which of the two that is was up to the clock; the order of known times is tested on a clock of our own.
    const times = [microseconds.slow, microseconds.quick];
    expect(times).toEqual([expect.any(Number), expect.any(Number)]);
    fastest = times[0]! <= times[1]! ? 'slow' : 'quick';
    expect([chosen, kernelOf(plan)]).toEqual([fastest, fastest]);
    // The device is none the worse for what was left out.
    const executable = await backend.load(plan);
    executable.run();
    expect([...(await backend.read(plan.outputs.y))]).toEqual([0, 2, 4, 6]);
  });
  expect(warn.mock.calls.flat().join('\n')).toMatch(/astray is left out[\s\S]*broken is left out/);
  warn.mockRestore();
  await withBackend({ onTune: (_done, _total, key) => told.push(key) }, async (backend) => {
    expect(kernelOf(doublingPlan(backend.limits, choice))).toBe(fastest);
    expect(backend.tuning.place).toContain(folder);
  });
  expect(told).toEqual([choice.key, '']);
  await withBackend({ autotune: 'off' }, async (backend) => {
    expect(kernelOf(doublingPlan(backend.limits, choice))).toBe('slow');
    expect(backend.tuning.place).toBe(null);
  });
  const tuned = new Map([[choice.key, 'broken']]);
  await withBackend({ limits: { tuned } }, async (backend) => {
    expect(kernelOf(doublingPlan(backend.limits, choice))).toBe('broken');
    tuned.set(choice.key, 'gone');
    expect(() => doublingPlan(backend.limits, choice)).toThrow(
      /double 4096 has no candidate gone; it has slow/,
    );
  });
});

test("a whole model trains alike with the device's own choices", async () => {
  const losses: number[] = [];
  for (const autotune of ['off', 'full'] as const) {
    await withBackend({ autotune }, async (backend) => {
      const trainer = await smallTrainer(backend, smallConfig({ layers: 1 }));
      await trainer.train({ steps: 5 });
      losses.push((await trainer.readLoss()).loss);
      const open = trainer.plan.choices.filter((c) => isOpen(c, undefined));
      expect(open.length).toBeGreaterThan(0);
      for (const { key } of open) {
        if (autotune === 'full') expect(backend.tuning.measurements.get(key), key).toBeDefined();
      }
      expect(trainer.loadTimes.build).toBeGreaterThan(0);
      trainer.dispose();
    });
  }
  expect(losses[1]).toBeCloseTo(losses[0], 4);
});
