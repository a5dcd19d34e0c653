// The `sample` command: writes text with a trained model.
import { DataError } from '../core/errors.ts';
import { LINE_END, type Vocabulary } from '../data/vocabulary.ts';
import { generator } from '../training/generation.ts';
import type { BackendName } from './options.ts';
import { openModel, withBackend } from './trained_model.ts';

export interface SampleArguments {
  length?: number;
  temperature: number;
  topK: number;
  prime?: string;
  seed: number;
  backend: BackendName;
  json?: boolean;
}

/** Tokens that are written when nothing is said. */
const LENGTH = { char: 500, word: 100 } as const;

/** Prints the prime and what the model writes after it. */
export async function sample(folder: string, given: SampleArguments): Promise<void> {
  const { model, parameters, vocabulary, vocabularySize, loadWeights, streamStates } = openModel(folder);
  const { temperature, topK, seed } = given;
  const length = given.length ?? LENGTH[vocabulary.level];
  const prime = primeTokens(vocabulary, given.prime);
  await withBackend(given.backend, async (backend) => {
    const writer = await generator({ model, parameters, backend, vocabularySize });
    loadWeights(backend);
    // A model knows the zero state from the beginning of its training alone, and writes noise after it for a while.
    const states = given.prime === undefined ? streamStates() : {};
    const started = performance.now();
    const ids = await writer.generate({ prime, length, temperature, topK, seed, states });
    const seconds = (performance.now() - started) / 1000;
    // A line end that stands for "nothing before it" is not shown.
    const shown = given.prime === undefined && isLineEnd(vocabulary, prime[0]) ? ids : concat(prime, ids);
    const text = vocabulary.decode(shown);
    if (given.json) {
      const tokensPerSecond = (prime.length + ids.length) / seconds;
      const result = { text, tokens: ids.length, seconds, tokensPerSecond, adapter: backend.description };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  });
}

/**
 * The ids of the prime; without one, the token that a text begins after: a line end, else the first token.
 * @throws DataError for an empty prime, or a token outside the vocabulary.
 */
export function primeTokens(vocabulary: Vocabulary, prime?: string): Uint32Array {
  if (prime === undefined) return Uint32Array.of(vocabulary.idOf(LINE_END[vocabulary.level]) ?? 0);
  const ids = vocabulary.encode(prime, { source: '--prime' });
  if (ids.length === 0) throw new DataError('--prime is empty; give it a text, or leave it out');
  return ids;
}

function isLineEnd(vocabulary: Vocabulary, id: number): boolean {
  return vocabulary.tokens[id] === LINE_END[vocabulary.level];
}

function concat(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
