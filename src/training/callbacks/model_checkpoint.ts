// Saves the model while it trains: after each epoch, after so many batches, or only when it got better.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import type { Callback, Logs, Store, Training } from '../callback.ts';
import { fileName, placesOf } from './file_name.ts';
import { expectInteger, expectNumber, type MonitorMode, monitorOf } from './monitor.ts';
import { expectStore } from './store.ts';

export interface ModelCheckpointOptions {
  /** Where the files go: `folder(path)` of webgpu-rnn/node, `memoryStore()`, or one's own. */
  store: Store;
  /**
   * The name of the file, with places such as {epoch:02d}, {batch} and {val_loss:.2f}; epochs and batches count from 1
   * there. Without places each file replaces the one before. Default 'model.safetensors'.
   */
  filepath?: string;
  /** Default 'val_loss'. */
  monitor?: string;
  /** Whether less or more is better; 'auto', the default, goes by the name: more for accuracies and the like. */
  mode?: MonitorMode;
  /** Saves only what is better than all before; default false. */
  saveBestOnly?: boolean;
  /** After each 'epoch', the default, or after so many batches, counted through all epochs. */
  saveFreq?: 'epoch' | number;
  /** What the first has to beat, where only the best is saved. */
  initialValueThreshold?: number;
}

export interface ModelCheckpoint extends Callback {
  /** The best value so far, where only the best is saved. */
  readonly best: number | undefined;
  /** The name of the file that was saved last. */
  readonly saved: string | undefined;
}

/**
 * Saves the model, its weights and the state of its optimizer in a file that `loadModel` reads, as
 * keras.callbacks.ModelCheckpoint.
 * @throws OptionError for unknown names and values out of range; in fit for a monitor or names in braces that the logs lack.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): ModelCheckpoint {
  const where = 'modelCheckpoint';
  checkOptions(where, options, [
    'filepath',
    'store',
    'monitor',
    'mode',
    'saveBestOnly',
    'saveFreq',
    'initialValueThreshold',
  ]);
  const { store, filepath = 'model.safetensors', monitor = 'val_loss', mode = 'auto' } = options;
  const { saveBestOnly = false, saveFreq = 'epoch', initialValueThreshold } = options;
  expectStore(where, store);
  if (typeof filepath !== 'string' || filepath === '') {
    throw new OptionError(`[${where}/filepath] must be the name of a file, got ${shown(filepath)}`);
  }
  if (saveFreq !== 'epoch') expectInteger(`${where}/saveFreq`, saveFreq, 1);
  if (initialValueThreshold !== undefined) {
    expectNumber(`${where}/initialValueThreshold`, initialValueThreshold);
  }
  const places = placesOf(`${where}/filepath`, filepath);
  if (saveFreq === 'epoch' && places.includes('batch')) {
    throw new OptionError(
      `[${where}/filepath] has {batch}, which files of whole epochs have not; take {epoch}, or saveFreq: 100`,
    );
  }
  const validated = [...places, ...(saveBestOnly ? [monitor] : [])].find((name) => name.startsWith('val_'));
  if (saveFreq !== 'epoch' && validated !== undefined) {
    throw new OptionError(
      `[${where}/saveFreq] of ${saveFreq} batches has no ${validated}, which is there after an epoch: take 'epoch', or a` +
        " number of the training such as 'loss'",
    );
  }
  const watched = monitorOf(where, { monitor, mode, minDelta: 0 });
  let best = initialValueThreshold;
  let saved: string | undefined;
  let epochNow = 0;
  let batches = 0;
  const save = async (training: Training, at: Readonly<Record<string, number>>, logs: Logs) => {
    if (saveBestOnly) {
      const value = watched.read(logs, training);
      if (value === undefined || !watched.improves(value, best)) return;
      best = value;
    }
    const name = fileName(`${where}/filepath`, filepath, { ...at, ...logs });
    await store.write(name, await training.save());
    saved = name;
  };
  return {
    get best() {
      return best;
    },
    get saved() {
      return saved;
    },
    onTrainBegin({ validates }) {
      batches = 0;
      if (validates === false && validated !== undefined) {
        throw new OptionError(
          `[${where}] needs ${validated}, which no epoch will have: give fit validationData or validationSplit`,
        );
      }
    },
    onEpochBegin(epoch) {
      epochNow = epoch;
    },
    async onBatchEnd(batch, training) {
      if (saveFreq === 'epoch' || ++batches % saveFreq !== 0) return;
      await save(training, { epoch: epochNow + 1, batch: batch + 1 }, await training.readLogs());
    },
    async onEpochEnd(epoch, logs, training) {
      if (saveFreq === 'epoch') await save(training, { epoch: epoch + 1 }, logs);
    },
  };
}
