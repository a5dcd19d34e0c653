// Ends training when what is watched has stopped getting better, and can take the best weights back.
import { checkOptions } from '../../core/options.ts';
import type { NdArray } from '../../data/nd_array.ts';
import type { Callback } from '../callback.ts';
import { expectInteger, expectNumber, type MonitorMode, monitorOf } from './monitor.ts';

export interface EarlyStoppingOptions {
  /** Default 'val_loss'. */
  monitor?: string;
  /** A change of at most this is no improvement; default 0. */
  minDelta?: number;
  /** Epochs without improvement after which training ends; default 0. */
  patience?: number;
  /** Whether less or more is better; 'auto', the default, goes by the name: more for accuracies and the like. */
  mode?: MonitorMode;
  /** What has to be beaten as well, within `patience` epochs. */
  baseline?: number;
  /** Ends with the weights of the best epoch and not of the last; default false. */
  restoreBestWeights?: boolean;
  /** Epochs, counted from 0, before which nothing is watched; default 0. */
  startFromEpoch?: number;
}

export interface EarlyStopping extends Callback {
  /** The best value so far. */
  readonly best: number | undefined;
  /** The epoch of the best value, from 0. */
  readonly bestEpoch: number | undefined;
  /** The epoch after which training was ended. */
  readonly stoppedEpoch: number | undefined;
}

/**
 * Stops training when the monitored number has not improved for `patience` epochs, as keras.callbacks.EarlyStopping.
 * @throws OptionError for unknown names and values out of range; in fit for a monitor that the logs lack.
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const where = 'earlyStopping';
  checkOptions(where, options, [
    'monitor',
    'minDelta',
    'patience',
    'mode',
    'baseline',
    'restoreBestWeights',
    'startFromEpoch',
  ]);
  const { monitor = 'val_loss', minDelta = 0, patience = 0, mode = 'auto', baseline } = options;
  const { restoreBestWeights = false, startFromEpoch = 0 } = options;
  expectNumber(`${where}/minDelta`, minDelta);
  expectInteger(`${where}/patience`, patience, 0);
  expectInteger(`${where}/startFromEpoch`, startFromEpoch, 0);
  if (baseline !== undefined) expectNumber(`${where}/baseline`, baseline);
  const watched = monitorOf(where, { monitor, mode, minDelta: Math.abs(minDelta) });
  let best: number | undefined;
  let bestEpoch: number | undefined;
  let stoppedEpoch: number | undefined;
  let weights: NdArray[] | undefined;
  let wait = 0;
  return {
    get best() {
      return best;
    },
    get bestEpoch() {
      return bestEpoch;
    },
    get stoppedEpoch() {
      return stoppedEpoch;
    },
    onTrainBegin() {
      best = bestEpoch = stoppedEpoch = weights = undefined;
      wait = 0;
    },
    async onEpochEnd(epoch, logs, training) {
      const value = watched.read(logs, training);
      if (value === undefined || epoch < startFromEpoch) return;
      wait++;
      const improved = watched.improves(value, best);
      // Weights of the first epoch are there to be restored even if no value is a number.
      if (restoreBestWeights && (improved || !weights)) {
        weights = await training.getWeights();
        bestEpoch = epoch;
      }
      if (improved) {
        best = value;
        bestEpoch = epoch;
        if (baseline === undefined || watched.improves(value, baseline)) wait = 0;
        return;
      }
      if (wait >= patience && epoch > 0) {
        stoppedEpoch = epoch;
        training.stop(`${monitor} has not improved since epoch ${(bestEpoch ?? epoch) + 1}`);
      }
    },
    async onTrainEnd(_, training) {
      if (weights) await training.setWeights(weights);
      weights = undefined;
    },
  };
}
