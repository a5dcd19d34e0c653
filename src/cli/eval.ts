// The `eval` command: how well a trained model predicts a text, its state carried through the whole of it.
import { DataError } from '../core/errors.ts';
import type { Vocabulary } from '../data/vocabulary.ts';
import { evaluator } from '../training/evaluation.ts';
import { readText, sourceName } from './corpus.ts';
import { grouped, plural, short } from './format.ts';
import type { BackendName } from './options.ts';
import { openModel, withBackend } from './trained_model.ts';

export interface EvalArguments {
  limitTokens?: number;
  skipUnknown?: boolean;
  backend: BackendName;
  json?: boolean;
}

/** Steps of one run; it does not change the result. */
const WINDOW = 128;

/** Prints perplexity, nats and bits a token, and how many tokens were predicted and left out. */
export async function evaluate(folder: string, name: string, given: EvalArguments): Promise<void> {
  const { model, parameters, vocabulary, vocabularySize, loadWeights } = openModel(folder);
  const file = sourceName(name);
  const { tokens, skipped } = encode(vocabulary, readText(name), file, given);
  if (tokens.length < 2) {
    const known = skipped > 0 ? ' that the model knows' : '';
    throw new DataError(
      `${file} is too short: it has ${plural(tokens.length, 'token')}${known}, and the first one is not predicted`,
    );
  }
  await withBackend(given.backend, async (backend) => {
    const window = Math.min(WINDOW, tokens.length - 1);
    const judge = await evaluator({ model, parameters, backend, vocabularySize, window });
    loadWeights(backend);
    const started = performance.now();
    let shown = started;
    const onProgress = (done: number, all: number): void => {
      if (!process.stderr.isTTY || performance.now() - shown < 500) return;
      shown = performance.now();
      process.stderr.write(`\r${Math.floor((100 * done) / all)}% of ${grouped(all)} tokens\x1b[K`);
    };
    const { loss, perplexity, tokens: predicted } = await judge.evaluate(tokens, { onProgress });
    if (shown !== started) process.stderr.write('\r\x1b[K');
    const seconds = (performance.now() - started) / 1000;
    if (!Number.isFinite(loss)) {
      throw new DataError(
        `the loss of ${folder} on ${file} is not a finite number: its training has diverged`,
      );
    }
    const what = vocabulary.level === 'char' ? 'character' : 'word';
    const bits = loss / Math.LN2;
    if (given.json) {
      const result = {
        perplexity,
        loss,
        bits,
        level: vocabulary.level,
        tokens: predicted,
        skipped,
        tokensPerSecond: predicted / seconds,
        adapter: backend.description,
      };
      process.stdout.write(`${JSON.stringify(result)}\n`);
      return;
    }
    process.stdout.write(
      `perplexity ${short(perplexity)} | ${loss.toFixed(4)} nats, ${bits.toFixed(4)} bits a ${what} |` +
        ` ${grouped(predicted)} ${what}s predicted${skipped > 0 ? `, ${grouped(skipped)} unknown left out` : ''}\n`,
    );
  });
}

/** The ids of a text, and how many of its tokens have none. */
function encode(
  vocabulary: Vocabulary,
  text: string,
  source: string,
  { limitTokens: limit, skipUnknown }: EvalArguments,
): { tokens: Uint32Array; skipped: number } {
  let skipped = 0;
  const onUnknown = (): void => {
    skipped++;
  };
  try {
    const tokens = vocabulary.encode(text, { source, limit, ...(skipUnknown && { onUnknown }) });
    return { tokens, skipped };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${error.message}, or leave out what is unknown with --skip-unknown`);
  }
}
