// Sets the learning rate at the beginning of each epoch.
import { OptionError } from '../../core/errors.ts';
import { shown } from '../../core/options.ts';
import type { Callback } from '../callback.ts';

/**
 * Sets the rate of each epoch to what `schedule` gives for its number, from 0, and the rate before, as
 * keras.callbacks.LearningRateScheduler; the rate goes into the logs of the epoch as `learning_rate`.
 * @throws OptionError for what is no function; in fit for a rate that is no number of at least 0.
 */
export function learningRateScheduler(
  schedule: (epoch: number, learningRate: number) => number | Promise<number>,
): Callback {
  if (typeof schedule !== 'function') {
    throw new OptionError(
      `[learningRateScheduler] takes a function (epoch, learningRate) => rate, got ${shown(schedule)}`,
    );
  }
  return {
    async onEpochBegin(epoch, training) {
      const rate = await schedule(epoch, training.learningRate);
      if (!(typeof rate === 'number' && Number.isFinite(rate) && rate >= 0)) {
        throw new OptionError(
          `[learningRateScheduler] the function must give a number of at least 0, gave ${shown(rate)} for epoch ${epoch}`,
        );
      }
      training.learningRate = rate;
    },
    onEpochEnd(_epoch, _logs, training) {
      training.log('learning_rate', training.learningRate);
    },
  };
}
