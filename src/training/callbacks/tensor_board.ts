// Writes losses and metrics into event files that TensorBoard shows as curves.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import type { Callback, Logs, Store } from '../callback.ts';
import { joined, scalarEvent, versionEvent } from './event_file.ts';
import { expectInteger } from './monitor.ts';
import { expectStore } from './store.ts';

export interface TensorBoardOptions {
  /** Where the files go: `folder(path)` of webgpu-rnn/node, `memoryStore()`, or one's own. */
  store: Store;
  /** The folder in the store; default 'logs'. */
  logDir?: string;
  /** After each 'epoch', the default, or also after so many batches. */
  updateFreq?: 'epoch' | number;
}

/**
 * Writes the curves of training and validation in files of their own, `train/` and `validation/` in `logDir`, with
 * the tags of keras.callbacks.TensorBoard: epoch_loss, epoch_accuracy, ..., epoch_learning_rate, and batch_loss, ...
 * over the updates. `tensorboard --logdir <folder>` shows them.
 * @throws OptionError for unknown names and values of the wrong kind.
 */
export function tensorBoard(options: TensorBoardOptions): Callback {
  const where = 'tensorBoard';
  checkOptions(where, options, ['logDir', 'store', 'updateFreq']);
  const { store, logDir = 'logs', updateFreq = 'epoch' } = options;
  expectStore(where, store);
  if (typeof logDir !== 'string') {
    throw new OptionError(`[${where}/logDir] must be the name of a folder, got ${shown(logDir)}`);
  }
  if (updateFreq !== 'epoch') expectInteger(`${where}/updateFreq`, updateFreq, 1);
  const begun = new Set<string>();
  let file = '';
  const write = async (part: 'train' | 'validation', step: number, values: Logs): Promise<void> => {
    if (Object.keys(values).length === 0) return;
    const name = [...(logDir ? [logDir] : []), part, file].join('/');
    const seconds = Date.now() / 1000;
    const event = scalarEvent(seconds, step, values);
    if (begun.has(name)) await store.append(name, event);
    else await store.write(name, joined([versionEvent(seconds), event]));
    begun.add(name);
  };
  return {
    onTrainBegin(training) {
      // TensorBoard takes files of this kind, and reads those of one folder in the order of their names.
      file = `events.out.tfevents.${Date.now()}.${training.modelName}.v2`;
    },
    async onBatchEnd(batch, training) {
      if (updateFreq === 'epoch' || (batch + 1) % updateFreq !== 0) return;
      await write('train', training.step, prefixed('batch_', await training.readLogs()));
    },
    async onEpochEnd(epoch, logs, training) {
      const all = Object.entries(logs);
      const trained = all.filter(([name]) => !name.startsWith('val_'));
      const validated = all.flatMap(([name, value]) =>
        name.startsWith('val_') ? [[name.slice(4), value] as const] : [],
      );
      await write('train', epoch, {
        ...prefixed('epoch_', Object.fromEntries(trained)),
        epoch_learning_rate: training.learningRate,
      });
      await write('validation', epoch, prefixed('epoch_', Object.fromEntries(validated)));
    },
  };
}

function prefixed(prefix: string, logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [prefix + name, value]));
}
