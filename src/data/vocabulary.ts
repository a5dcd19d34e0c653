// Text to tokens and back: a vocabulary of characters or of words, made from a text and saved with the model.
import { DataError } from '../core/errors.ts';

export type Level = 'char' | 'word';

/** What a saved vocabulary holds. */
export interface VocabularyRecord {
  level: Level;
  tokens: string[];
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

  constructor({ level, tokens }: VocabularyRecord) {
    this.level = level;
    this.tokens = tokens;
    this.#ids = new Map(tokens.map((token, id) => [token, id]));
    if (this.#ids.size !== tokens.length) throw new DataError('the vocabulary names a token twice');
  }

  /**
   * Collects the tokens of `text`.
   * @throws DataError for a text without any token.
   */
  static fromText(text: string, level: Level = 'char'): Vocabulary {
    const tokens = [...new Set(split(text, level))];
    if (tokens.length === 0)
      throw new DataError(`the text has no ${level === 'char' ? 'characters' : 'words'}`);
    return new Vocabulary({ level, tokens });
  }

  get size(): number {
    return this.tokens.length;
  }

  /**
   * Ids of the tokens of `text`.
   * @throws DataError that names the first unknown token and where it stands.
   */
  encode(text: string): Uint32Array {
    const parts = split(text, this.level);
    const ids = new Uint32Array(parts.length);
    parts.forEach((token, i) => {
      const id = this.#ids.get(token);
      if (id === undefined) {
        const what = this.level === 'char' ? 'character' : 'word';
        throw new DataError(
          `the ${what} ${JSON.stringify(token)} (${what} ${i + 1} of the text) is not in the vocabulary of` +
            ` ${this.size} ${what}s; train on a text that has it, or take it out`,
        );
      }
      ids[i] = id;
    });
    return ids;
  }

  /** The text of a list of ids; words are joined by spaces, `<eos>` becomes a line end. */
  decode(ids: ArrayLike<number>): string {
    const tokens = Array.from(ids, (id) => {
      const token = this.tokens[id];
      if (token === undefined) throw new DataError(`there is no token ${id} in a vocabulary of ${this.size}`);
      return token;
    });
    if (this.level === 'char') return tokens.join('');
    return tokens.join(' ').replaceAll(/ ?<eos> ?/g, '\n');
  }

  toJSON(): VocabularyRecord {
    return { level: this.level, tokens: [...this.tokens] };
  }
}

const END_OF_LINE = '<eos>';

function split(text: string, level: Level): string[] {
  if (level === 'char') return Array.from(text);
  const words: string[] = [];
  const lines = text.split(/\r?\n/);
  lines.forEach((line, i) => {
    for (const word of line.split(/\s+/)) if (word) words.push(word);
    if (i < lines.length - 1) words.push(END_OF_LINE);
  });
  return words;
}
