// What a unit may watch in a text: for each feature a number at every symbol.
import type { Level } from 'webgpu-rnn';

export interface Feature {
  readonly role: string;
  /** As in "rises with ..."; tells the features of a role apart. */
  readonly words: string;
  /** Whether it is about the letters within words, which a model of whole words does not see. */
  readonly ofLetters?: boolean;
  /** A number for each UTF-16 unit of a text. */
  of(text: string): Float32Array;
}

export const features: readonly Feature[] = [
  { role: 'quotes', words: 'being inside quotes', of: insideQuotes },
  { role: 'brackets', words: 'the depth of brackets', of: bracketDepth },
  { role: 'line ends', words: 'how far the line has come', of: placeInLine },
  { role: 'line ends', words: 'being at a line end', of: (text) => each(text, (it) => it === '\n') },
  {
    ...{ role: 'spaces', words: 'being at a gap between words', ofLetters: true },
    of: (text) => each(text, (it) => /\s/.test(it)),
  },
  { role: 'word starts', words: 'the first letter of a word', ofLetters: true, of: wordStarts },
  { role: 'word starts', words: 'how far the word has come', ofLetters: true, of: placeInWord },
  { role: 'capitals', words: 'capital letters', of: (text) => each(text, (it) => /\p{Lu}/u.test(it)) },
  { role: 'comments', words: 'being inside a comment', of: insideComments },
];

/** The feature that these words tell of. */
export function featureOf(words: string | undefined): Feature {
  return features.find((it) => it.words === words)!;
}

/** A feature over the symbols of a text, line ends as \n: of a word the most that any of its characters has. */
export function watchedIn(feature: Feature, symbols: readonly string[], level: Level): Float32Array {
  const gap = (i: number): string =>
    level === 'char' || symbols[i] === '\n' || (symbols[i + 1] ?? '\n') === '\n' ? '' : ' ';
  const values = feature.of(symbols.map((symbol, i) => symbol + gap(i)).join(''));
  let at = 0;
  return Float32Array.from(symbols, (symbol, i) => {
    const own = values.subarray(at, at + symbol.length);
    at += symbol.length + gap(i).length;
    return own.reduce((most, value) => Math.max(most, value), 0);
  });
}

/** The features that a text of this level has at some symbols and not, or less, at others. */
export function featuresIn(
  symbols: readonly string[],
  level: Level,
): { feature: Feature; values: Float32Array }[] {
  return features
    .filter(({ ofLetters }) => level === 'char' || !ofLetters)
    .map((feature) => ({ feature, values: watchedIn(feature, symbols, level) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/** 1 between a quotation mark and the next one of its kind; a mark within a word is an apostrophe, and a line end ends all. */
export function insideQuotes(text: string): Float32Array {
  let open = '';
  return characters(text, (it, i) => {
    if (it === '\n' && open !== '`') open = '';
    else if (open) {
      if (it === open || (open === '“' && it === '”')) open = '';
    } else if ('"`“'.includes(it) || (it === "'" && !/[\p{L}\d]/u.test(text[i - 1] ?? ''))) open = it;
    return open ? 1 : 0;
  });
}

/** How many brackets of any kind are open, at most 8. */
export function bracketDepth(text: string): Float32Array {
  let depth = 0;
  return characters(text, (it) => {
    if ('([{'.includes(it)) depth++;
    else if (')]}'.includes(it)) depth = Math.max(0, depth - 1);
    return Math.min(depth, 8);
  });
}

/** Characters since the last line end. */
export function placeInLine(text: string): Float32Array {
  let at = 0;
  return characters(text, (it) => {
    at = it === '\n' ? 0 : at + 1;
    return at;
  });
}

/** Letters and digits since the word began, 1 for its first; 0 between words. */
export function placeInWord(text: string): Float32Array {
  let at = 0;
  return characters(text, (it) => {
    at = /[\p{L}\p{N}_]/u.test(it) ? at + 1 : 0;
    return at;
  });
}

/** 1 at the first letter or digit of each word. */
export function wordStarts(text: string): Float32Array {
  return placeInWord(text).map((place) => Number(place === 1));
}

/** 1 behind // up to the line end, and between slash-star and star-slash. */
export function insideComments(text: string): Float32Array {
  const inside = new Float32Array(text.length);
  for (const { index, 0: comment } of text.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g)) {
    inside.fill(1, index, index + comment.length);
  }
  return inside;
}

function each(text: string, is: (character: string) => boolean): Float32Array {
  return characters(text, (it) => Number(is(it)));
}

function characters(text: string, of: (character: string, i: number) => number): Float32Array {
  const values = new Float32Array(text.length);
  for (let i = 0; i < text.length; i++) values[i] = of(text[i], i);
  return values;
}
