// Puts the spaces back into a play from which they were removed.
import { type Backend, trainTestIndices } from 'webgpu-rnn';
import { corpus } from './data/corpora.ts';
import { f1OfWords, trainSegmenter } from './data/segmenter.ts';

const length = 40; // letters of a piece of text, at most

export interface Result {
  /** F1 of the words of text that was held out. */
  f1: number;
  /** The same of words that are all as long as the average one. */
  naive: number;
  /** Some held-out text, as it was found. */
  sample: string[];
}

export interface Options {
  backend?: Backend;
  /** Letters to train on; default 160,000. */
  letters?: number;
  /** Default 4. */
  epochs?: number;
}

/** Trains on a part of the play's lines, drawn from all over it, and splits others. */
export async function main({ backend, letters = 160_000, epochs = 4 }: Options = {}): Promise<Result> {
  const words = corpus('tinyshakespeare.txt').split(/\s+/).filter(Boolean);
  const sentences = pieces(words, length);
  const sizes = { trainSize: Math.floor(letters / length), testSize: 300 };
  const { train, test } = trainTestIndices(sentences, sizes);
  const segmenter = await trainSegmenter(
    train.map((i) => sentences[i]),
    { backend, epochs },
  );
  const heldOut = test.map((i) => sentences[i]);
  const texts = heldOut.map((sentence) => sentence.join(''));
  const found = await segmenter.segment(texts);
  await segmenter.dispose();
  const fours = texts.map((text) => text.match(/.{1,4}/gsu) ?? []);
  return {
    f1: f1OfWords(found, heldOut),
    naive: f1OfWords(fours, heldOut),
    sample: found.slice(0, 5).map((sentence) => sentence.join(' ')),
  };
}

/** Runs of words, each of at most so many letters. */
function pieces(words: readonly string[], most: number): string[][] {
  const runs: string[][] = [];
  let length = most;
  for (const word of words) {
    length += word.length;
    if (length > most) {
      runs.push([]);
      length = word.length;
    }
    runs.at(-1)!.push(word);
  }
  return runs;
}
