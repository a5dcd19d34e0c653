// Text to tokens and back: a vocabulary of characters or of words, made from a text and saved with the model.
import { DataError, OptionError } from '../core/errors.ts';

export type Level = 'char' | 'word';

/** What a saved vocabulary holds. */
export interface VocabularyRecord {
  level: Level;
  tokens: string[];
}

/** Which part of a text is meant. */
export interface TextOptions {
  /** Only the first so many tokens. */
  limit?: number | undefined;
  /** What messages call the text, such as its file. */
  source?: string;
}

export interface EncodeOptions extends TextOptions {
  /** Told of each token that is not in the vocabulary and is left out; without it such a token is an error. */
  onUnknown?: (token: string) => void;
}

/**
 * A vocabulary: the distinct tokens of a text in order of first appearance.
 *
 * Level `char` splits into Unicode characters (code points). Level `word` lower-cases nothing, drops nothing but white
 * space: tokens are the words between white space, a line end is the token `<eos>`, as language model corpora have it.
 */
export class Vocabulary {
  readonly level: Level;
  readonly tokens: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws DataError when a token is named twice. */
  constructor({ level, tokens }: VocabularyRecord) {
    if (level !== 'char' && level !== 'word') {
      throw new OptionError(`[vocabulary/level] must be 'char' or 'word', got ${level}`);
    }
    this.level = level;
    this.tokens = tokens;
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    if (this.#ids.size !== tokens.length) throw new DataError('the vocabulary names a token twice');
  }

  /**
   * Collects the tokens of `text`.
   * @throws DataError for a text without any token.
   */
  static fromText(text: string, level: Level = 'char', options: TextOptions = {}): Vocabulary {
    const { limit = Number.POSITIVE_INFINITY, source = 'the text' } = options;
    const found = new Set<string>();
    let count = 0;
    for (const token of tokenize(text, level)) {
      if (count++ >= limit) break;
      found.add(token);
    }
    if (found.size === 0) {
      throw new DataError(`${source} has no ${level === 'char' ? 'characters' : 'words'}`);
    }
    return new Vocabulary({ level, tokens: [...found] });
  }

  get size(): number {
    return this.tokens.length;
  }

  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /**
   * Ids of the tokens of `text`.
   * @throws DataError that names the first unknown token and where it stands, unless `onUnknown` is told of it.
   */
  encode(text: string, options: EncodeOptions = {}): Uint32Array {
    const { limit = Number.POSITIVE_INFINITY, source = 'the text', onUnknown } = options;
    // No text has more tokens than UTF-16 units, and one at its end.
    const ids = new Uint32Array(Math.min(text.length + 1, limit));
    let count = 0;
    let line = 1;
    for (const token of tokenize(text, this.level)) {
      if (count >= limit) break;
      const id = this.#ids.get(token);
      if (id === undefined && onUnknown) {
        onUnknown(token);
        continue;
      }
      if (id === undefined) {
        const what = this.level === 'char' ? 'character' : 'word';
        throw new DataError(
          `${source}, line ${line}: the ${what} ${JSON.stringify(token)} is not among the ${this.size} ${what}s that the` +
            ' model knows; take it out, or train on a text that has it',
        );
      }
      if (token === LINE_END[this.level]) line++;
      ids[count++] = id;
    }
    return ids.slice(0, count);
  }

  /** The text of a list of ids; words are joined by spaces, `<eos>` becomes a line end. */
  decode(ids: ArrayLike<number>): string {
    const tokens = Array.from(ids, (id) => {
      const token = this.tokens[id];
      if (token === undefined) throw new DataError(`there is no token ${id} in a vocabulary of ${this.size}`);
      return token;
    });
    if (this.level === 'char') return tokens.join('');
    let text = '';
    for (const token of tokens) {
      if (token === LINE_END.word) text += '\n';
      else text += text === '' || text.endsWith('\n') ? token : ` ${token}`;
    }
    return text;
  }

  toJSON(): VocabularyRecord {
    return { level: this.level, tokens: [...this.tokens] };
  }
}

/** The token of a line end. */
export const LINE_END = { char: '\n', word: '<eos>' } as const;

/** The tokens of a text, one after the other. */
export function* tokenize(text: string, level: Level): Generator<string, void, undefined> {
  if (level === 'char') {
    yield* text;
    return;
  }
  for (const [token] of text.matchAll(/\n|[^\s]+/g)) yield token === '\n' ? LINE_END.word : token;
}
