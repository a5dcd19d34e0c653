// The texts of the tab: the project's own source, fables made up on the spot, and files of the visitor.
import { DataError, Vocabulary } from 'webgpu-rnn';
import { fables } from './fables.ts';
import type { CorpusRequest } from './messages.ts';
import { troubleWith } from './own_text.ts';

/** Kept back for validation: a part of the text, and no more characters than this. */
const VALIDATION_PART = 0.05;
const VALIDATION_MOST = 20_000;
/** Fewer characters measure nothing. */
const VALIDATION_LEAST = 20;

/**
 * The whole text of a corpus, with line ends as \n.
 * @throws DataError for bytes that are no text.
 */
export async function readCorpus(corpus: CorpusRequest): Promise<{ name: string; text: string }> {
  if (corpus.kind === 'fables') return { name: 'fables', text: fables() };
  if (corpus.kind === 'own') return { name: corpus.name, text: readText(corpus.bytes, corpus.name) };
  const { sourceText } = await import('./source_text.ts');
  return { name: 'the source of this library', text: sourceText() };
}

/**
 * The text of a file.
 * @throws DataError for what is too large, binary, empty or in another encoding, in plain words.
 */
export function readText(bytes: Uint8Array, name: string): string {
  const trouble = troubleWith(bytes);
  if (trouble !== undefined) throw new DataError(`${name} ${trouble}`);
  return new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
}

/** The end of a text that is kept back for validation. */
export function heldBack(text: string): string {
  return text.slice(text.length - Math.min(VALIDATION_MOST, Math.floor(text.length * VALIDATION_PART)));
}

export interface Tokens {
  readonly vocabulary: Vocabulary;
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  /** Characters that the model does not know and that were left out. */
  readonly unknown: number;
  /** Tells this text from others. */
  readonly fingerprint: string;
}

/**
 * Splits a text; by the characters of a model that there is already, else by its own.
 * @throws DataError for a text that is shorter than one window.
 */
export function tokenize(text: string, name: string, window: number, known?: Vocabulary): Tokens {
  const vocabulary = known ?? Vocabulary.fromText(text);
  let unknown = 0;
  const all = vocabulary.encode(text, { source: name, onUnknown: () => unknown++ });
  const kept = Math.min(VALIDATION_MOST, Math.floor(all.length * VALIDATION_PART));
  const validation = kept >= VALIDATION_LEAST ? all.subarray(all.length - kept) : all.subarray(all.length);
  const training = all.subarray(0, all.length - validation.length);
  if (training.length < window + 1) {
    const missing = unknown > 0 ? ` that the model knows (${unknown} others are left out)` : '';
    throw new DataError(
      `${name} is too short: it has ${training.length} ${training.length === 1 ? 'character' : 'characters'} to learn from${missing}, and a window of ${window} needs` +
        ` ${window + 1}. Take a longer text or a smaller window.`,
    );
  }
  return { vocabulary, training, validation, unknown, fingerprint: fingerprint(all) };
}

/** As many streams as asked for, or as many as the text fills with four windows each. */
export function fittingBatch(tokens: number, window: number, batch: number): number {
  return Math.max(1, Math.min(batch, Math.floor((tokens - 1) / (4 * window))));
}

function fingerprint(ids: Uint32Array): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ids.length; i++) hash = Math.imul(hash ^ ids[i], 0x01000193);
  return `${ids.length}-${(hash >>> 0).toString(16)}`;
}
