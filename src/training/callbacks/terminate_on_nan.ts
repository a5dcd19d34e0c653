// Ends training when the loss is no number any more.
import { checkOptions } from '../../core/options.ts';
import type { Callback, Logs, Training } from '../callback.ts';
import { expectInteger } from './monitor.ts';

export interface TerminateOnNaNOptions {
  /**
   * Batches between two looks at the loss, each of which waits for the device; default: as many as go by in a second.
   * The loss is the mean of the epoch so far, so that a batch between two looks is not missed.
   */
  every?: number;
}

const SECOND = 1000;

/**
 * Stops training once the loss is NaN or infinite, as keras.callbacks.TerminateOnNaN, which looks after each batch.
 * @throws OptionError for unknown names and values out of range.
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): Callback {
  checkOptions('terminateOnNaN', options, ['every']);
  const { every } = options;
  if (every !== undefined) expectInteger('terminateOnNaN/every', every, 1);
  let looked = 0;
  const look = (logs: Logs, training: Training, where: string): void => {
    if (!Number.isFinite(logs.loss)) training.stop(`the loss is ${logs.loss} ${where}`);
  };
  return {
    onTrainBegin() {
      looked = performance.now();
    },
    async onBatchEnd(batch, training) {
      const due = every ? (batch + 1) % every === 0 : performance.now() - looked >= SECOND;
      if (!due) return;
      look(await training.readLogs(), training, `after batch ${batch + 1}`);
      looked = performance.now();
    },
    onEpochEnd(epoch, logs, training) {
      look(logs, training, `after epoch ${epoch + 1}`);
    },
  };
}
