// Puts the spaces back: a bidirectional LSTM scores tags of characters, a CRF picks the likeliest row of them.
import {
  type Backend,
  bidirectional,
  crf,
  dense,
  embedding,
  input,
  lstm,
  type Model,
  type NdArray,
  ndarray,
  random,
  sequential,
} from 'webgpu-rnn';
import { below, compile, type Lesson } from './lesson.ts';
import type { Answer, LessonOptions, Measured, TaggedRow } from './protocol.ts';
import { tales } from './tales.ts';
import { f1Of, pieces, split, tagsOf, wordsOf } from './words.ts';

/** Characters of a sentence. */
const LENGTH = 40;
/** Lengths at which a visitor's text is tagged; each is a plan of its own. */
const ASKED = [40, 80, 160, 320];
const HELD_OUT = 96;
const SHOWN = 6;
const batchSize = 32;
/** Characters of the visitor's own text that are learned from. */
const MOST_TEXT = 2_000_000;
const UNKNOWN = 1; // 0 fills up shorter sentences

type Options = Extract<LessonOptions, { kind: 'segment' }>;

/** What a file of a segmenter knows besides its weights. */
export interface SegmenterExtras {
  kind: 'segment';
  units: number;
  characters: string[];
}

export interface SegmenterContext {
  backend: Backend;
  seed: number;
  /** A model to go on with. */
  saved?: { model: Model; extras: SegmenterExtras } | undefined;
}

/** @throws Error in the visitor's words for a text that is too short. */
export async function segmenter(
  options: Options,
  { backend, seed, saved }: SegmenterContext,
): Promise<Lesson> {
  const sentences = await sentencesOf(options.source, seed);
  const held = Math.min(HELD_OUT, Math.floor(sentences.length / 5));
  if (held < 1) {
    throw new Error(
      'The text is too short to learn from: it takes at least a page with spaces between its words.',
    );
  }
  // Neighbours share their words: what is held out stands apart, every so many sentences.
  const every = Math.floor(sentences.length / held);
  const heldOut = sentences.filter((_, i) => i % every === 0).slice(0, held);
  const train = sentences.filter((_, i) => i % every !== 0);
  const characters =
    saved?.extras.characters ?? [...new Set(train.flatMap((words) => [...words.join('')]))].sort();
  const idOf = new Map(characters.map((character, i) => [character, i + 2]));
  const model = saved?.model ?? build(options.units, characters.length + 2);
  if (!saved) {
    compile(model, { backend, seed, rate: options.rate, loss: 'crf' });
    const extras: SegmenterExtras = { kind: 'segment', units: options.units, characters };
    model.extras = { ...extras };
  }
  const draw = random(seed, 'batches');

  const ids = (texts: readonly string[], length: number): NdArray => {
    const data = new Int32Array(texts.length * length);
    texts.forEach((text, n) => {
      [...text].slice(0, length).forEach((character, t) => {
        data[n * length + t] = idOf.get(character) ?? UNKNOWN;
      });
    });
    return ndarray(data, [texts.length, length]);
  };
  const tagged = async (texts: readonly string[], length: number): Promise<number[][]> => {
    const found = await model.predict(ids(texts, length), { batchSize });
    return texts.map((text, n) =>
      Array.from({ length: [...text].length }, (_, t) => found.data[n * length + t]),
    );
  };

  return {
    model,
    batchSize,
    examples: train.length,
    heldOut: heldOut.length,
    rows(count) {
      const chosen = Array.from({ length: count }, () => train[below(draw, train.length)]);
      const y = new Int32Array(count * LENGTH);
      chosen.forEach((words, n) => {
        y.set(tagsOf(words), n * LENGTH);
      });
      return {
        x: ids(
          chosen.map((words) => words.join('')),
          LENGTH,
        ),
        y: ndarray(y, [count, LENGTH]),
      };
    },
    async measure(): Promise<Measured> {
      const texts = heldOut.map((words) => words.join(''));
      const tags = await tagged(texts, LENGTH);
      const rows: TaggedRow[] = texts
        .slice(0, SHOWN)
        .map((text, n) => ({ text, tags: tags[n], wanted: tagsOf(heldOut[n]) }));
      const found = texts.map((text, n) => split(text, tags[n]));
      return { score: f1Of(found, heldOut), rows };
    },
    async answer(text): Promise<Answer> {
      const joined = [...text.toLowerCase().replaceAll(/\s+/gu, '')].slice(0, ASKED.at(-1)).join('');
      if (joined === '') return { kind: 'segment', text: '', tags: [] };
      const length = ASKED.find((most) => most >= [...joined].length)!;
      const [tags] = await tagged([joined], length);
      return { kind: 'segment', text: joined, tags };
    },
  };
}

function build(units: number, inputDim: number): Model {
  return sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim, outputDim: 32, maskZero: true }),
    bidirectional({ layer: lstm({ units, returnSequences: true }) }),
    dense({ units: 4 }),
    crf(),
  ]);
}

async function sentencesOf(source: Options['source'], seed: number): Promise<string[][]> {
  if (source === 'tales') return pieces(tales(4000, seed).join(' ').split(' '), LENGTH);
  const text = source === 'documentation' ? await documentation() : source.text.slice(0, MOST_TEXT);
  return pieces(wordsOf(text), LENGTH);
}

/** The prose of this project's own pages. */
async function documentation(): Promise<string> {
  const pages = await Promise.all([
    import('../../../../README.md?raw'),
    import('../../../../ARCHITECTURE.md?raw'),
    import('../../../../docs/performance.md?raw'),
  ]);
  return pages
    .map(({ default: text }) => text.replaceAll(/```.*?```|`[^`]*`|\|[^\n]*|\([^)]*\)/gsu, ' '))
    .join('\n');
}
