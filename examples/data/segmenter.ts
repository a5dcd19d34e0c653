// Finds the words of a text without spaces, in any script: a BiLSTM scores tags of characters, a CRF picks the likeliest row.
import {
  adam,
  type Backend,
  bidirectional,
  cosineDecay,
  crf,
  dense,
  embedding,
  input,
  lstm,
  padSequences,
  sequential,
} from 'webgpu-rnn';

/** Where a character stands in its word: at the beginning, in the middle, at the end, or as the only one. */
const [B, M, E, S] = [0, 1, 2, 3];
const UNKNOWN = 1; // 0 fills up shorter sentences

export interface Segmenter {
  /** The words of each text; together they are the text. */
  segment(texts: readonly string[]): Promise<string[][]>;
  dispose(): Promise<void>;
}

export interface SegmenterOptions {
  backend?: Backend | undefined;
  units?: number;
  epochs?: number;
  learningRate?: number;
}

/** Learns from sentences that are split into words. */
export async function trainSegmenter(
  sentences: readonly (readonly string[])[],
  { backend, units = 48, epochs = 5, learningRate = 0.03 }: SegmenterOptions = {},
): Promise<Segmenter> {
  const characters = [...new Set(sentences.flatMap((words) => [...words.join('')]))];
  const idOf = new Map(characters.map((character, i) => [character, i + 2]));
  const idsOf = (text: string) => Array.from(text, (character) => idOf.get(character) ?? UNKNOWN);
  const model = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: characters.length + 2, outputDim: 32, maskZero: true }),
    bidirectional({ layer: lstm({ units, returnSequences: true }) }),
    dense({ units: 4 }),
    crf(),
  ]);
  const decaySteps = epochs * Math.ceil(sentences.length / 32);
  const rate = cosineDecay({ initialLearningRate: learningRate, decaySteps });
  model.compile({
    optimizer: adam({ learningRate: rate, globalClipNorm: 5 }),
    loss: 'crf',
    ...(backend && { backend }),
  });
  const x = padSequences(
    sentences.map((words) => idsOf(words.join(''))),
    { padding: 'post' },
  );
  const y = padSequences(sentences.map(tagsOf), { padding: 'post' });
  await model.fit(x, y, { epochs, verbose: 0 });
  return {
    async segment(texts) {
      const tags = await model.predict(padSequences(texts.map(idsOf), { padding: 'post' }));
      return tags.toArray(2).map((row, n) => split(texts[n], row));
    },
    dispose: () => model.dispose(),
  };
}

function tagsOf(words: readonly string[]): number[] {
  return words.flatMap((word) =>
    Array.from(word, (_, i) => {
      const last = i === [...word].length - 1;
      return i === 0 ? (last ? S : B) : last ? E : M;
    }),
  );
}

/** A word ends where its tag says so, or the next one begins. */
function split(text: string, tags: readonly number[]): string[] {
  const words: string[] = [];
  let word = '';
  Array.from(text).forEach((character, i, { length }) => {
    word += character;
    const ends = tags[i] === E || tags[i] === S || tags[i + 1] === B || tags[i + 1] === S;
    if (!ends && i < length - 1) return;
    words.push(word);
    word = '';
  });
  return words;
}

/** The harmonic mean of precision and recall of words, each by its place in its text. */
export function f1OfWords(
  found: readonly (readonly string[])[],
  wanted: readonly (readonly string[])[],
): number {
  const [places, right] = [found, wanted].map(
    (texts) => new Set(texts.flatMap((words, n) => spans(words, n))),
  );
  const hits = [...places].filter((place) => right.has(place)).length;
  return (2 * hits) / (places.size + right.size);
}

function spans(words: readonly string[], n: number): string[] {
  let at = 0;
  return words.map((word) => {
    const from = at;
    at += word.length;
    return `${n}: ${from}-${at}`;
  });
}
