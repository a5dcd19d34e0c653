// Writes a line of numbers for each epoch into a file that spreadsheets and data frames read.
import { DataError, OptionError } from '../../core/errors.ts';
import { checkOptions, shown } from '../../core/options.ts';
import type { Callback, Logs, Store } from '../callback.ts';
import { expectStore } from './store.ts';

export interface CsvLoggerOptions {
  /** Where the file goes: `folder(path)` of webgpu-rnn/node, `memoryStore()`, or one's own. */
  store: Store;
  /** Default 'training.csv'. */
  filename?: string;
  /** Between two values; default ','. */
  separator?: string;
  /** Goes on in a file that is there, with its columns; default false, which replaces it. */
  append?: boolean;
}

/** Where an epoch has no such number: without validation in it. */
const MISSING = 'NA';

/**
 * Writes the epoch, from 0, and its logs as columns, as keras.callbacks.CSVLogger: names in order, `NA` where a
 * number is missing.
 * @throws OptionError for unknown names and values of the wrong kind.
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  checkOptions('csvLogger', options, ['filename', 'store', 'separator', 'append']);
  const { store, filename = 'training.csv', separator = ',', append = false } = options;
  expectStore('csvLogger', store);
  for (const [name, value] of Object.entries({ filename, separator })) {
    if (typeof value === 'string' && value !== '') continue;
    throw new OptionError(`[csvLogger/${name}] must be a text, got ${shown(value)}`);
  }
  let columns: string[] | undefined;
  const line = (values: readonly (string | number)[]) =>
    `${values.map((value) => quoted(String(value), separator)).join(separator)}\n`;
  return {
    async onTrainBegin() {
      columns = append ? await columnsOf(store, filename, separator) : undefined;
    },
    async onEpochEnd(epoch, logs) {
      const row = (names: readonly string[]) =>
        line([epoch, ...names.slice(1).map((name) => logs[name] ?? MISSING)]);
      if (columns) {
        await store.append(filename, row(columns));
        return;
      }
      columns = ['epoch', ...namesOf(logs)];
      await store.write(filename, line(columns) + row(columns));
    },
  };
}

/** Validation may begin later: its columns are there from the first epoch on. */
function namesOf(logs: Logs): string[] {
  const names = Object.keys(logs).sort();
  if (names.some((name) => name.startsWith('val_'))) return names;
  return [...names, ...names.map((name) => `val_${name}`)];
}

/** The columns of a file that is there; undefined where there is none, or nothing in it. */
async function columnsOf(store: Store, filename: string, separator: string): Promise<string[] | undefined> {
  let text: string;
  try {
    text = new TextDecoder().decode(await store.read(filename));
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
  if (text === '') return undefined;
  const names = fields(text.split(/\r?\n/, 1)[0], separator);
  if (names[0] === 'epoch') return names;
  throw new DataError(
    `[csvLogger/append] ${filename} does not begin with a column epoch: it is no log of this kind`,
  );
}

function quoted(value: string, separator: string): string {
  if (!value.includes(separator) && !/["\r\n]/.test(value)) return value;
  return `"${value.replaceAll('"', '""')}"`;
}

/** The values of a line; a separator between quotes belongs to its value. */
function fields(line: string, separator: string): string[] {
  const whole: string[] = [];
  let open = false;
  for (const part of line.split(separator)) {
    if (open) whole.push(whole.pop() + separator + part);
    else whole.push(part);
    open = (whole.at(-1)!.split('"').length - 1) % 2 === 1;
  }
  return whole.map((value) => (value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value));
}
