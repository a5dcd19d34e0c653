// The loop of a training run, on a trainer that stands for a real one: diverging losses, lost devices, what is saved when.
import { expect, test } from 'vitest';
import type { EpochReport, Reporter } from '../../src/cli/progress.ts';
import { runTraining, type TrainingRun } from '../../src/cli/training_run.ts';
import { DataError, DeviceError } from '../../src/core/errors.ts';
import type { LanguageTrainer } from '../../src/training/language_trainer.ts';

/** A run of 3 epochs of 4 steps; `loss` gives the loss of each step. */
function runOf(loss: (step: number) => number, abortAt = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  const log: string[] = [];
  let sums = { total: 0, tokens: 0 };
  const reading = () => ({
    loss: sums.total / sums.tokens,
    perplexity: Math.exp(sums.total / sums.tokens),
    tokens: sums.tokens,
  });
  const trainer: LanguageTrainer = {
    ...({} as LanguageTrainer),
    stepsPerEpoch: 4,
    tokensPerStep: 10,
    step: 0,
    async train({ steps, onStep, signal }) {
      let done = 0;
      while (done < steps && !signal?.aborted) {
        trainer.step++;
        sums = { total: sums.total + 10 * loss(trainer.step), tokens: sums.tokens + 10 };
        if (trainer.step === abortAt) controller.abort();
        await onStep?.(++done);
      }
      return done;
    },
    async peekLoss() {
      return reading();
    },
    async readLoss() {
      const read = reading();
      sums = { total: 0, tokens: 0 };
      return read;
    },
  };
  const reporter: Reporter = {
    lossEvery: 0,
    wantsSamples: true,
    say() {},
    progress() {},
    epoch: (report: EpochReport) => log.push(`epoch ${report.epoch} at ${report.steps}: ${report.loss}`),
    done() {},
    close() {},
  };
  const run: TrainingRun = {
    trainer,
    progress: { step: 0, epoch: 0, stepInEpoch: 0 },
    totalSteps: 12,
    epochs: 3,
    reporter,
    signal: controller.signal,
    sample: async () => 'text',
    async save() {
      log.push(`save ${run.progress.epoch}:${run.progress.stepInEpoch}`);
    },
  };
  return { run, log };
}

test('each epoch is saved, then reported with the mean of its own steps', async () => {
  const { run, log } = runOf((step) => Math.ceil(step / 4));
  const { report, interrupted } = await runTraining(run);
  expect(log).toEqual([
    'save 1:0',
    'epoch 1 at 4: 1',
    'save 2:0',
    'epoch 2 at 8: 2',
    'save 3:0',
    'epoch 3 at 12: 3',
  ]);
  expect(report).toMatchObject({ epoch: 3, steps: 12, loss: 3, validationLoss: null });
  expect(interrupted).toBe(false);
});

test('an epoch that is cut short is saved where it stands, and reported', async () => {
  const { run, log } = runOf(() => 1);
  run.totalSteps = 6;
  await runTraining(run);
  expect(log.slice(2)).toEqual(['save 1:2', 'epoch 2 at 6: 1']);
});

test('a signal stops after the step in hand, saves, and reports no epoch', async () => {
  const { run, log } = runOf(() => 1, 6);
  const { report, interrupted } = await runTraining(run);
  expect(log.slice(2)).toEqual(['save 1:2']);
  expect(report).toMatchObject({ epoch: 2, steps: 6, loss: 1 });
  expect(interrupted).toBe(true);
});

test('a signal at the end of an epoch leaves the epoch to be finished by a resumed run', async () => {
  const { run, log } = runOf(() => 1, 4);
  await runTraining(run);
  expect(log).toEqual(['save 0:4']);
  const resumed = runOf(() => 1);
  Object.assign(resumed.run.progress, run.progress);
  resumed.run.trainer.step = 4;
  // The sums of the epoch come back with the weights.
  resumed.run.trainer.peekLoss = async () => ({ loss: 1, perplexity: Math.E, tokens: 40 });
  resumed.run.totalSteps = 4;
  await runTraining(resumed.run);
  expect(resumed.log).toEqual(['save 1:0', 'epoch 1 at 4: 1']);
});

test('a loss that is no number ends the run, and the last save stays', async () => {
  const { run, log } = runOf((step) => (step < 7 ? 1 : Number.NaN));
  const failed = expect(runTraining(run)).rejects;
  await failed.toThrow(DataError);
  expect(log).toEqual(['save 1:0', 'epoch 1 at 4: 1']);
});

test('a signal after a loss that is no number saves nothing', async () => {
  const { run, log } = runOf((step) => (step < 6 ? 1 : Number.NaN), 6);
  run.reporter = { ...run.reporter, lossEvery: Number.POSITIVE_INFINITY };
  await expect(runTraining(run)).rejects.toThrow(DataError);
  expect(log).toEqual(['save 1:0', 'epoch 1 at 4: 1']);
});

test('a validation that is no number ends the run, and the last save stays', async () => {
  const { run, log } = runOf(() => 1);
  run.validate = async () => ({ loss: Number.NaN, perplexity: Number.NaN, tokens: 5 });
  await expect(runTraining(run)).rejects.toThrow(/diverged: the loss is no longer a number at step 4/);
  expect(log).toEqual([]);
});

test('a lost device ends the run, and the last save stays', async () => {
  const { run, log } = runOf((step) => {
    if (step === 10) throw new DeviceError('the GPU device is lost: unplugged');
    return 1;
  });
  await expect(runTraining(run)).rejects.toThrow('the GPU device is lost: unplugged');
  expect(log.filter((line) => line.startsWith('save'))).toEqual(['save 1:0', 'save 2:0']);
});
