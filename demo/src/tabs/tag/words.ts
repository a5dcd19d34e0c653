// Words as tags of characters and back, and how well two ways of splitting a text agree.
import { TAGS } from './protocol.ts';

const [B, M, E, S] = TAGS.map((_, i) => i);

/** The tags of the characters of a row of words. */
export function tagsOf(words: readonly string[]): number[] {
  return words.flatMap((word) => {
    const { length } = [...word];
    return Array.from({ length }, (_, i) => {
      if (length === 1) return S;
      return i === 0 ? B : i === length - 1 ? E : M;
    });
  });
}

/** The words of a text by its tags: one ends where its tag says so, or the next one begins. */
export function split(text: string, tags: readonly number[]): string[] {
  const words: string[] = [];
  let word = '';
  const characters = [...text];
  characters.forEach((character, i) => {
    word += character;
    const next = tags[i + 1];
    const ends = tags[i] === E || tags[i] === S || next === B || next === S;
    if (!ends && i < characters.length - 1) return;
    words.push(word);
    word = '';
  });
  return words;
}

/** Runs of neighbouring words, each run of at most so many characters; longer words are left out. */
export function pieces(words: readonly string[], most: number): string[][] {
  const runs: string[][] = [];
  let length = most;
  for (const word of words) {
    const size = [...word].length;
    if (size > most) continue;
    length += size;
    if (length > most) {
      runs.push([]);
      length = size;
    }
    runs.at(-1)!.push(word);
  }
  return runs;
}

/** The harmonic mean of precision and recall of words, each by its place in its text. */
export function f1Of(found: readonly (readonly string[])[], wanted: readonly (readonly string[])[]): number {
  let hits = 0;
  let all = 0;
  found.forEach((words, n) => {
    const right = new Set(spans(wanted[n]));
    const mine = spans(words);
    hits += mine.filter((span) => right.has(span)).length;
    all += mine.length + right.size;
  });
  return all === 0 ? 0 : (2 * hits) / all;
}

function spans(words: readonly string[]): string[] {
  let at = 0;
  return words.map((word) => {
    const from = at;
    at += [...word].length;
    return `${from} ${at}`;
  });
}

/** The words of any text, as a segmenter learns them: lower case, without punctuation and markup. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}[\p{L}\p{M}\p{N}'’]*/gu) ?? [];
}
