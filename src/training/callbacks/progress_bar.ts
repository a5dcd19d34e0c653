// The progress bar of fit: a line for each epoch, redrawn while it runs on a terminal.
import { OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import type { Callback, Logs, Training } from '../callback.ts';
import { type Console, hostConsole } from './console.ts';

export interface ProgressBarOptions {
  /** 0 says nothing, 1 shows a bar, 2 a line for each epoch; 'auto', the default, is 1 on a terminal and 0 elsewhere. */
  verbose?: 0 | 1 | 2 | 'auto';
  /** Takes the text, line ends and carriage returns included; default: standard output, or the console of a page. */
  write?: (text: string) => void;
  /** Whether `write` leads to a terminal, where a line can be drawn anew; default: whether standard output does. */
  terminal?: boolean;
  /** What is shown as the number of all epochs; default: the epochs that fit was asked for. */
  epochs?: number;
}

/** Milliseconds between two drawings of the bar. */
const DRAW_EVERY = 100;
/** Milliseconds between two readings of the losses, which come from the device. */
const READ_EVERY = 1000;
const BAR = 20;

/**
 * Shows the epochs as they go by, as Keras does: steps, a bar, time, and the means of the epoch so far.
 * Losses in the midst of an epoch are asked for at most once a second, without waiting for the answer.
 * @throws OptionError for unknown names and values out of range.
 */
export function progressBar(options: ProgressBarOptions = {}): Callback {
  checkOptions('progressBar', options, ['verbose', 'write', 'terminal', 'epochs']);
  const { verbose = 'auto', epochs: shownEpochs } = options;
  if (![0, 1, 2, 'auto'].includes(verbose)) {
    throw new OptionError(`[progressBar/verbose] must be 0, 1, 2 or 'auto', got ${shown(verbose)}`);
  }
  const host: Console = {
    ...hostConsole(),
    ...(options.write && { write: options.write }),
    ...(options.terminal !== undefined && { terminal: options.terminal }),
  };
  const level = verbose === 'auto' ? (host.terminal ? 1 : 0) : verbose;
  if (level === 0) return {};
  const redraws = level === 1 && host.terminal;
  let total: number | undefined;
  let begun = 0;
  let done = 0;
  let drawn = 0;
  let asked = 0;
  let latest: Logs = {};
  let reading: Promise<void> | undefined;

  const elapsed = () => performance.now() - begun;
  const draw = (): void => {
    drawn = performance.now();
    const left = total === undefined || done === 0 ? undefined : (elapsed() / done) * (total - done);
    const time = left === undefined ? seconds(elapsed()) : seconds(left);
    const line = [`${steps(done, total)} ${bar(done, total)} ${time} ${perStep(elapsed(), done)}`];
    host.write(`\r${fitted([...line, ...numbers(latest)].join(' - '), host.columns())}\u001b[K`);
  };
  const ask = (training: Training): void => {
    asked = performance.now();
    reading = training
      .readLogs()
      .then((logs) => {
        latest = logs;
      })
      // What stops the device stops the training too, which reports it.
      .catch(() => {})
      .finally(() => {
        reading = undefined;
      });
  };
  return {
    onEpochBegin(epoch, training) {
      total = training.batches ?? total;
      done = 0;
      latest = {};
      begun = performance.now();
      asked = begun;
      if (level === 1) host.write(`Epoch ${epoch + 1}/${shownEpochs ?? training.epochs}\n`);
      if (redraws) draw();
    },
    onBatchEnd(batch, training) {
      done = batch + 1;
      if (!redraws) return;
      const now = performance.now();
      if (now - asked >= READ_EVERY && !reading) ask(training);
      if (now - drawn >= DRAW_EVERY) draw();
    },
    async onEpochEnd(epoch, logs, training) {
      await reading;
      // A dataset shows its length in the first epoch.
      total ??= done;
      const time = `${seconds(elapsed())} ${perStep(elapsed(), done)}`;
      if (level === 2) {
        const where = `Epoch ${epoch + 1}/${shownEpochs ?? training.epochs}`;
        host.write(`${[where, `${steps(done, total)}`, time, ...numbers(logs)].join(' - ')}\n`);
        return;
      }
      const line = [`${steps(done, total)} ${bar(done, total)} ${time}`, ...numbers(logs)].join(' - ');
      host.write(redraws ? `\r${line}\u001b[K\n` : `${line}\n`);
    },
    async onTrainEnd() {
      await reading;
    },
  };
}

function steps(done: number, total: number | undefined): string {
  if (total === undefined) return `${done}/?`;
  return `${String(done).padStart(String(total).length)}/${total}`;
}

function bar(done: number, total: number | undefined): string {
  const part = total === undefined ? 0 : Math.min(BAR, Math.floor((BAR * done) / total));
  return '━'.repeat(part) + '─'.repeat(BAR - part);
}

function seconds(milliseconds: number): string {
  const all = Math.round(milliseconds / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  if (all < 60) return `${all}s`;
  if (all < 3600) return `${Math.floor(all / 60)}:${two(all % 60)}`;
  return `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}

function perStep(milliseconds: number, done: number): string {
  if (done === 0) return '';
  const one = milliseconds / done;
  if (one >= 1000) return `${Math.round(one / 1000)}s/step`;
  return one >= 1 ? `${Math.round(one)}ms/step` : `${Math.round(1000 * one)}us/step`;
}

/** As Keras: four decimals, or as a power of ten what would lose its digits so. */
function numbers(logs: Logs): string[] {
  return Object.entries(logs).map(([name, value]) => {
    const small = value !== 0 && Math.abs(value) <= 1e-3;
    return `${name}: ${small ? value.toExponential(4) : value.toFixed(4)}`;
  });
}

/** A line that is longer than the terminal is wide cannot be drawn over. */
function fitted(line: string, columns: number): string {
  return line.length < columns ? line : line.slice(0, Math.max(columns - 1, 0));
}
