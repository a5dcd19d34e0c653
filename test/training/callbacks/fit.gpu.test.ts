// Callbacks that read from the device while batches are queued on it: numbers stay those of the CPU.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { cpu } from '../../../src/backends/cpu.ts';
import { type WebGpuBackend, webgpu } from '../../../src/backends/webgpu/webgpu.ts';
import { dense } from '../../../src/layers/dense.ts';
import { gru } from '../../../src/layers/gru.ts';
import { sequential } from '../../../src/models/sequential.ts';
import type { Callback, Logs } from '../../../src/training/callback.ts';
import { earlyStopping } from '../../../src/training/callbacks/early_stopping.ts';
import { progressBar } from '../../../src/training/callbacks/progress_bar.ts';
import { terminateOnNaN } from '../../../src/training/callbacks/terminate_on_nan.ts';

let gpu: WebGpuBackend;
beforeAll(async () => {
  gpu = await webgpu();
});
afterAll(() => gpu?.dispose());
afterEach(() => {
  vi.useRealTimers();
});

const x = Array.from({ length: 48 }, (_, i) => [[i / 48], [0.5], [Math.sin(i)]]);
const y = x.map(([first]) => first);

/** Trains with a bar that asks for the losses after each second batch, and a look for NaN after each third. */
async function train(backend: Backend) {
  const model = sequential([gru({ units: 4 }), dense({ units: 1 })]);
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError', backend, seed: 3 });
  model.learningRate = 0.02;
  const parts: string[] = [];
  const means: Logs[] = [];
  const stopping = earlyStopping({ patience: 2, restoreBestWeights: true });
  const clock: Callback = {
    onBatchEnd: () => void vi.advanceTimersByTime(500),
    async onEpochEnd(_, logs, training) {
      const { val_loss: _held, ...trained } = logs;
      // The means of the epoch are still there to be read, and the same.
      expect(await training.readLogs()).toEqual(trained);
      means.push(trained);
    },
  };
  const bar = progressBar({ verbose: 1, terminal: true, write: (more) => void parts.push(more) });
  // Targets of the validation are those at the start: they get worse, so that early stopping has its day.
  const validationData = [x, await model.predict(x)];
  const { history, stopped } = await model.fit(x, y, {
    epochs: 8,
    batchSize: 4,
    validationData,
    callbacks: [clock, terminateOnNaN({ every: 3 }), bar, stopping],
    verbose: 0,
  });
  const { loss } = await model.evaluate(validationData[0], validationData[1]);
  return { history, stopped, text: parts.join(''), restored: loss, best: stopping.best!, means };
}

test('a bar, a look for NaN and restored weights on the GPU', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const [ours, reference] = [await train(gpu), await train(cpu())];
  expect(ours.stopped).toBe(reference.stopped);
  expect(ours.stopped).toMatch(/val_loss has not improved/);
  for (const name of ['loss', 'val_loss']) {
    ours.history[name].forEach((value, e) => {
      expect(Math.abs(value - reference.history[name][e])).toBeLessThan(1e-3 * reference.history.loss[0]);
    });
  }
  expect(Math.abs(ours.restored - ours.best)).toBeLessThan(1e-6);
  // Losses were drawn in the midst of epochs.
  expect(ours.text.split('\r').filter((line) => /^ ?\d+\/12 .*- loss: \d/.test(line)).length).toBeGreaterThan(
    2 * ours.means.length,
  );
});
