// The text of a training run as token ids: what is trained on, what is kept for validation, and the vocabulary of both.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { DataError, OptionError } from '../core/errors.ts';
import { Vocabulary } from '../data/vocabulary.ts';
import type { ModelRecord, TrainingRecord } from '../io/checkpoint.ts';
import { readOriginal, STANDARD_INPUT, sourceName, withLineFeeds } from './corpus.ts';
import { grouped } from './format.ts';
import type { TextSettings, TrainSettings } from './train_settings.ts';

export interface TrainingText {
  vocabulary: Vocabulary;
  /** Trained on. */
  tokens: Uint32Array;
  /** Never trained on; null for none. */
  validation: Uint32Array | null;
  /** Tells this text from others. */
  record: NonNullable<TrainingRecord['text']>;
}

/** What the default text is called. */
export const DEFAULT_NAME = 'own-source';

/** The name of a text, without folders and extension. */
export function textName(file: string | null): string {
  if (file === STANDARD_INPUT) return 'stdin';
  return file === null ? DEFAULT_NAME : path.parse(file).name || 'text';
}

/**
 * Reads and splits the text of a run; with `saved`, by the vocabulary of that model.
 * @throws DataError for a file that cannot be used, or is not the one that `saved` was trained on; OptionError where
 * both texts are to come from the standard input.
 */
export async function loadTrainingText(settings: TextSettings, saved?: ModelRecord): Promise<TrainingText> {
  const { file, validation } = settings;
  if (file === STANDARD_INPUT && validation === STANDARD_INPUT) {
    throw new OptionError('the standard input can be read once; give the text or --validation as a file');
  }
  const texts: Texts = {
    text: file === null ? (await import('./default_corpus.ts')).defaultCorpus() : readOriginal(file),
    other: typeof validation === 'string' ? readOriginal(validation) : undefined,
  };
  const { text, other } = texts;
  const read = { text: withLineFeeds(text), other: other && withLineFeeds(other) };
  if (!saved || (read.text === text && read.other === other)) return split(settings, read, saved);
  try {
    return split(settings, read, saved);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    // A run that was saved with \r\n among its tokens goes on with them.
    try {
      return split(settings, texts, saved);
    } catch {
      throw error;
    }
  }
}

/** What is trained on, and what is kept for validation where that is a file. */
interface Texts {
  readonly text: string;
  readonly other: string | undefined;
}

/** @throws DataError for texts that cannot be used, or are not those that `saved` was trained on. */
function split(settings: TextSettings, { text, other }: Texts, saved: ModelRecord | undefined): TrainingText {
  const { file, level, limitTokens, validation } = settings;
  const source = nameOf(settings);
  const options = { limit: limitTokens ?? undefined, source };
  const vocabulary = saved ? new Vocabulary(saved.vocabulary) : Vocabulary.fromText(text, level, options);
  const all = saved ? encodeAgain(vocabulary, text, options) : vocabulary.encode(text, options);
  const kept = typeof validation === 'number' ? Math.floor(all.length * validation) : 0;
  const end = all.length - (kept >= 2 ? kept : 0);
  const held =
    other === undefined ? all.subarray(end) : vocabulary.encode(other, { source: String(validation) });
  if (other !== undefined && held.length < 2) {
    throw new DataError(`${validation} has ${held.length} token; a validation text needs two at least`);
  }
  const record = {
    name: textName(file),
    tokens: all.length,
    sha256: hash(all, other === undefined ? undefined : held),
  };
  if (saved && saved.training.text?.sha256 !== record.sha256) throw changed(source);
  return { vocabulary, tokens: all.subarray(0, end), validation: held.length > 0 ? held : null, record };
}

/** @throws DataError for a text that is shorter than one update of the training. */
export function expectLongEnough(
  settings: TrainSettings,
  { tokens, validation, record }: TrainingText,
): void {
  const { batch, window } = settings;
  const needed = batch * window + 1;
  if (tokens.length >= needed) return;
  const cut = typeof settings.validation === 'number' && validation;
  const update = `one update of --batch ${batch} --window ${window} takes ${grouped(needed)}`;
  const besides = cut ? ` besides ${grouped(validation.length)} for validation` : '';
  if (record.tokens === settings.limitTokens) {
    throw new DataError(
      `the first ${grouped(record.tokens)} tokens of ${nameOf(settings)} are too few: ${grouped(tokens.length)} are` +
        ` trained on${besides}, and ${update}; take a larger --limit-tokens, or a smaller batch or window`,
    );
  }
  throw new DataError(
    `${nameOf(settings)} is too short: it has ${grouped(tokens.length)} tokens${besides}, and ${update};` +
      ' take a smaller batch or window, or a longer text',
  );
}

function nameOf({ file }: TextSettings): string {
  return file === null ? 'the default text' : sourceName(file);
}

function encodeAgain(
  vocabulary: Vocabulary,
  text: string,
  options: { limit: number | undefined; source: string },
): Uint32Array {
  try {
    return vocabulary.encode(text, options);
  } catch (error) {
    if (error instanceof DataError) throw changed(options.source);
    throw error;
  }
}

function changed(source: string): DataError {
  return new DataError(
    `${source} is not the text that this model was trained on, or has changed since; give that text, or start anew with` +
      ' another --out',
  );
}

function hash(...parts: (Uint32Array | undefined)[]): string {
  const digest = createHash('sha256');
  for (const ids of parts) {
    if (ids)
      digest.update(`${ids.length} `).update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  }
  return digest.digest('hex');
}
