// The callbacks that steer: when they stop, what they restore, and the rates they set, by Keras' rules.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { earlyStopping } from '../../../src/training/callbacks/early_stopping.ts';
import { lambdaCallback } from '../../../src/training/callbacks/lambda_callback.ts';
import { learningRateScheduler } from '../../../src/training/callbacks/learning_rate_scheduler.ts';
import { reduceLROnPlateau } from '../../../src/training/callbacks/reduce_lr_on_plateau.ts';
import { terminateOnNaN } from '../../../src/training/callbacks/terminate_on_nan.ts';
import { train, valuesOf } from './fake_training.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('earlyStopping', () => {
  test.each([
    // patience, values, epochs that run
    [0, [3, 2, 2, 1], 3],
    [1, [3, 2, 2, 1], 3],
    [2, [3, 2, 2, 1, 1, 1, 1], 6],
    [2, [3, 2, 2.5, 2.5, 1], 4],
    [0, [3, 2, 1], 3],
    // The first epoch has nothing to be compared with.
    [0, [Number.NaN, 1, 0.5], 1 + 2],
  ])('patience %i over %j runs %i epochs', async (patience, values, epochs) => {
    const outcome = await train(earlyStopping({ patience }), valuesOf('val_loss', values));
    expect(outcome.epochs).toBe(epochs);
    if (epochs < values.length) expect(outcome.stopped).toMatch(/val_loss has not improved since epoch \d/);
  });

  test('a change of minDelta or less is none', async () => {
    const stopping = earlyStopping({ patience: 2, minDelta: 0.5 });
    const outcome = await train(stopping, valuesOf('val_loss', [4, 3, 2.75, 2.5, 2, 1]));
    expect(outcome.epochs).toBe(4);
    expect(stopping).toMatchObject({ best: 3, bestEpoch: 1, stoppedEpoch: 3 });
  });

  test('of accuracies more is better, of losses less, and mode decides otherwise', async () => {
    const rising = [0.1, 0.2, 0.3, 0.4];
    const epochs = async (options: Parameters<typeof earlyStopping>[0]) =>
      (await train(earlyStopping(options), valuesOf(options!.monitor!, rising))).epochs;
    for (const monitor of [
      'accuracy',
      'val_accuracy',
      'val_sparseCategoricalAccuracy',
      'val_f1Score',
      'auc',
      'val_tags_accuracy',
    ]) {
      expect(await epochs({ monitor }), monitor).toBe(4);
    }
    for (const monitor of ['val_loss', 'val_meanAbsoluteError', 'val_perplexity', 'val_place']) {
      expect(await epochs({ monitor }), monitor).toBe(2);
    }
    expect(await epochs({ monitor: 'val_loss', mode: 'max' })).toBe(4);
    expect(await epochs({ monitor: 'accuracy', mode: 'min' })).toBe(2);
  });

  test('a baseline has to be beaten within the patience', async () => {
    const never = await train(
      earlyStopping({ patience: 3, baseline: 1 }),
      valuesOf('val_loss', [5, 4, 3, 3, 2]),
    );
    // Three improvements do not beat the baseline; the fourth epoch is none.
    expect(never.epochs).toBe(4);
    const beaten = await train(
      earlyStopping({ patience: 3, baseline: 1 }),
      valuesOf('val_loss', [5, 4, 0.5, 1, 1]),
    );
    expect(beaten.epochs).toBe(5);
  });

  test('restores the weights of the best epoch, whether stopped or not', async () => {
    const stopped = earlyStopping({ patience: 2, restoreBestWeights: true });
    expect(await train(stopped, valuesOf('val_loss', [3, 1, 2, 2, 2]))).toMatchObject({
      epochs: 4,
      weight: 2,
    });
    expect(stopped.bestEpoch).toBe(1);
    const whole = earlyStopping({ patience: 9, restoreBestWeights: true });
    expect(await train(whole, valuesOf('val_loss', [3, 1, 2, 2, 2]))).toMatchObject({ epochs: 5, weight: 2 });
    const last = earlyStopping({ patience: 2 });
    expect(await train(last, valuesOf('val_loss', [3, 1, 2, 2, 2]))).toMatchObject({ epochs: 4, weight: 4 });
  });

  test('watches from startFromEpoch on, and begins anew with each fit', async () => {
    const late = earlyStopping({ startFromEpoch: 3 });
    expect((await train(late, valuesOf('val_loss', [1, 5, 5, 5, 4, 4.5, 3]))).epochs).toBe(6);
    expect(late.best).toBe(4);
    expect((await train(late, valuesOf('val_loss', [9, 9, 9, 9, 8]))).epochs).toBe(5);
  });

  test('a monitor that no epoch has is refused after the first, with the names there are', async () => {
    const of = (monitor: string, logs: Record<string, number>, validates?: boolean) =>
      train(earlyStopping({ monitor }), [logs], { ...(validates !== undefined && { validates }) });
    await expect(of('acc', { loss: 1, accuracy: 1 })).rejects.toThrow(
      '[earlyStopping/monitor] there is no acc; an epoch has loss, accuracy; did you mean accuracy?',
    );
    const logs = { loss: 1, meanAbsoluteError: 2, val_loss: 1, val_meanAbsoluteError: 2 };
    await expect(of('val_mean_absolute_error', logs, true)).rejects.toThrow(
      'an epoch has loss, meanAbsoluteError, val_loss, val_meanAbsoluteError; did you mean val_meanAbsoluteError?',
    );
    await expect(of('val_auc', logs, true)).rejects.toThrow(/val_meanAbsoluteError$/);
    await expect(of('val_loss', { loss: 1 }, false)).rejects.toThrow(
      'there is no val_loss, only loss: give fit validationData or validationSplit',
    );
  });

  test('a monitor of the validation may be missing in epochs without one', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const logs = [{ loss: 1 }, { loss: 1, val_loss: 3 }, { loss: 1 }, { loss: 1, val_loss: 2 }, { loss: 1 }];
    const stopping = earlyStopping();
    expect((await train(stopping, logs, { validates: true })).epochs).toBe(5);
    expect(stopping.best).toBe(2);
    expect(warn).not.toHaveBeenCalled();
    // Whoever does not say whether there is validation gets a warning.
    expect((await train(earlyStopping(), [{ loss: 1 }, { loss: 1 }])).epochs).toBe(2);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('give fit validationData')]]);
  });

  test('options are checked', () => {
    expect(() => earlyStopping({ patience: 1.5 })).toThrow(
      '[earlyStopping/patience] must be an integer from 0 on, got 1.5',
    );
    expect(() => earlyStopping({ mode: 'low' as never })).toThrow(/mode.*'auto', 'min' or 'max', got "low"/);
    expect(() => earlyStopping({ min_delta: 1 } as never)).toThrow(/no option min_delta/);
  });
});

describe('reduceLROnPlateau', () => {
  const rates = async (options: Parameters<typeof reduceLROnPlateau>[0], values: number[]) =>
    (await train(reduceLROnPlateau(options), valuesOf('val_loss', values))).rates;

  test('falls after patience epochs without improvement, down to minLr', async () => {
    const flat = [1, 1, 1, 1, 1, 1, 1, 1];
    expect(await rates({ factor: 0.5, patience: 2 }, flat)).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(await rates({ factor: 0.1, patience: 1, minLr: 0.05 }, flat)).toEqual([
      1, 1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05,
    ]);
  });

  test('the rate of each epoch goes into its logs', async () => {
    const outcome = await train(
      reduceLROnPlateau({ factor: 0.5, patience: 1 }),
      valuesOf('val_loss', [1, 1, 1]),
    );
    expect(outcome.rates).toEqual([1, 1, 0.5]);
    expect(outcome.logs.map(({ learning_rate }) => learning_rate)).toEqual([1, 1, 0.5]);
  });

  test('an improvement of more than minDelta starts the count again', async () => {
    const values = [1, 0.99995, 0.5, 0.5, 0.4, 0.4, 0.4];
    expect(await rates({ factor: 0.5, patience: 2 }, values)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(await rates({ factor: 0.5, patience: 1 }, values)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });

  test('watches nothing while it cools down', async () => {
    const flat = [1, 1, 1, 1, 1, 1, 1];
    // After a fall two epochs pass; the last of them counts again, as in Keras.
    expect(await rates({ factor: 0.5, patience: 1, cooldown: 2 }, flat)).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.25, 0.125,
    ]);
  });

  test('options are checked', () => {
    expect(() => reduceLROnPlateau({ factor: 1 })).toThrow(
      '[reduceLROnPlateau/factor] must be above 0 and below 1, got 1',
    );
    expect(() => reduceLROnPlateau({ minLR: 1 } as never)).toThrow(/no option minLR; it has .*minLr/);
  });
});

describe('learningRateScheduler', () => {
  test('sets the rate of each epoch from the one before', async () => {
    const halves = learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2));
    const { rates, logs } = await train(halves, valuesOf('accuracy', [1, 1, 1, 1]));
    expect(rates).toEqual([1, 1, 0.5, 0.25]);
    expect(logs.map(({ learning_rate }) => learning_rate)).toEqual(rates);
  });

  test('refuses what is no rate', async () => {
    const wrong = learningRateScheduler(() => Number.NaN);
    await expect(train(wrong, [{ loss: 1 }])).rejects.toThrow(/at least 0, gave NaN for epoch 0/);
    expect(() => learningRateScheduler(0.1 as never)).toThrow(/takes a function.*got 0.1/);
  });
});

describe('terminateOnNaN', () => {
  test('stops within an epoch, or at its end', async () => {
    const logs = [{ loss: 1 }, { loss: Number.NaN }, { loss: 1 }];
    const batches: number[] = [];
    const count = lambdaCallback({ onBatchEnd: (batch) => void batches.push(batch) });
    const often = await train([terminateOnNaN({ every: 2 }), count], logs, { batches: 5 });
    expect(often).toMatchObject({ epochs: 2, stopped: 'the loss is NaN after batch 2' });
    expect(batches).toEqual([0, 1, 2, 3, 4, 0, 1]);
    expect(await train(terminateOnNaN(), logs)).toMatchObject({
      epochs: 2,
      stopped: 'the loss is NaN after epoch 2',
    });
    expect(await train(terminateOnNaN(), [{ loss: Number.POSITIVE_INFINITY }])).toMatchObject({
      stopped: expect.stringMatching(/Infinity/),
    });
  });
});

describe('lambdaCallback', () => {
  test('hears of every event in order', async () => {
    const heard: string[] = [];
    const hear = (name: string) => () => void heard.push(name);
    const names = ['onTrainBegin', 'onEpochBegin', 'onBatchBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'];
    await train(lambdaCallback(Object.fromEntries(names.map((name) => [name, hear(name)]))), [{ loss: 1 }], {
      batches: 1,
    });
    expect(heard).toEqual(names);
  });

  test('refuses misspelled events', () => {
    expect(() => lambdaCallback({ onEpochStart() {} } as never)).toThrow(
      /no option onEpochStart; it has onTrainBegin/,
    );
    expect(() => lambdaCallback({ onEpochEnd: 3 as never })).toThrow(
      /onEpochEnd\] must be a function, got 3/,
    );
  });
});
