// Lowers the learning rate when what is watched has stopped getting better.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import type { Callback } from '../callback.ts';
import { expectInteger, expectNumber, type MonitorMode, monitorOf } from './monitor.ts';

export interface ReduceLROnPlateauOptions {
  /** Default 'val_loss'. */
  monitor?: string;
  /** What the rate is multiplied by, below 1; default 0.1. */
  factor?: number;
  /** Epochs without improvement after which the rate falls; default 10. */
  patience?: number;
  /** Whether less or more is better; 'auto', the default, goes by the name: more for accuracies and the like. */
  mode?: MonitorMode;
  /** A change of at most this is no improvement; default 1e-4. */
  minDelta?: number;
  /** Epochs after a fall in which nothing is watched; default 0. */
  cooldown?: number;
  /** The rate does not fall below; default 0. */
  minLr?: number;
}

/**
 * Multiplies the learning rate by `factor` when the monitored number has not improved for `patience` epochs, as
 * keras.callbacks.ReduceLROnPlateau; the rate of each epoch goes into its logs as `learning_rate`.
 * @throws OptionError for unknown names and values out of range; in fit for a monitor that the logs lack.
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  const where = 'reduceLROnPlateau';
  checkOptions(where, options, ['monitor', 'factor', 'patience', 'mode', 'minDelta', 'cooldown', 'minLr']);
  const { monitor = 'val_loss', factor = 0.1, patience = 10, mode = 'auto' } = options;
  const { minDelta = 1e-4, cooldown = 0, minLr = 0 } = options;
  if (!(factor > 0 && factor < 1)) {
    throw new OptionError(`[${where}/factor] must be above 0 and below 1, got ${shown(factor)}`);
  }
  expectInteger(`${where}/patience`, patience, 0);
  expectInteger(`${where}/cooldown`, cooldown, 0);
  expectNumber(`${where}/minDelta`, minDelta, 0);
  expectNumber(`${where}/minLr`, minLr, 0);
  const watched = monitorOf(where, { monitor, mode, minDelta });
  let best: number | undefined;
  let wait = 0;
  let cooling = 0;
  return {
    onTrainBegin() {
      best = undefined;
      wait = cooling = 0;
    },
    onEpochEnd(_, logs, training) {
      training.log('learning_rate', training.learningRate);
      const value = watched.read(logs, training);
      if (value === undefined) return;
      if (cooling > 0) {
        cooling--;
        wait = 0;
      }
      if (watched.improves(value, best)) {
        best = value;
        wait = 0;
        return;
      }
      if (cooling > 0 || ++wait < patience) return;
      const rate = training.learningRate;
      if (rate <= minLr) return;
      training.learningRate = Math.max(rate * factor, minLr);
      cooling = cooldown;
      wait = 0;
    },
  };
}
