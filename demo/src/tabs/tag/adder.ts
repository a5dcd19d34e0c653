// Adds by reading and writing: an encoder reads "57+5", a decoder writes "62" letter by letter and looks back by attention.
import {
  attention,
  type Backend,
  concatenate,
  dense,
  embedding,
  input,
  lstm,
  type Model,
  model as modelBetween,
  type NdArray,
  ndarray,
  random,
} from 'webgpu-rnn';
import { below, compile, type Lesson } from './lesson.ts';
import type { Answer, LessonOptions, Measured, SumRow } from './protocol.ts';
import { readSum } from './sums.ts';

const LETTERS = ' +0123456789_';
const START = LETTERS.indexOf('_');
const V = LETTERS.length;
const HELD_OUT = 128;
const SHOWN = 12;
const batchSize = 64;

type Options = Extract<LessonOptions, { kind: 'add' }>;

/** What a file of an adder knows besides its weights. */
export interface AdderExtras {
  kind: 'add';
  units: number;
  digits: number;
}

export interface AdderContext {
  backend: Backend;
  seed: number;
  /** A model to go on with. */
  saved?: { model: Model; extras: AdderExtras } | undefined;
}

export function adder(options: Options, { backend, seed, saved }: AdderContext): Lesson {
  const { units, digits } = saved?.extras ?? options;
  const [asked, answered] = [2 * digits + 1, digits + 1];
  const size = 10 ** digits;
  const model = saved?.model ?? build(units, asked, answered);
  if (!saved) {
    compile(model, { backend, seed, rate: options.rate, loss: ['sparseCategoricalCrossentropy', null] });
    const extras: AdderExtras = { kind: 'add', units, digits };
    model.extras = { ...extras };
  }
  const draw = random(seed, 'sums');
  const heldOut = heldOutSums(size);

  const questions = (sums: readonly string[]): NdArray =>
    // Reversed, as the units, which are needed first, then stand nearest to the answer.
    ids(
      sums.map((text) => [...text.padEnd(asked)].reverse().join('')),
      asked,
    );
  /** Letters, their probabilities and where they looked, each letter chosen after those before it were. */
  const written = async (sums: readonly string[]) => {
    const count = sums.length;
    const question = questions(sums);
    const before = new Int32Array(count * answered).fill(START);
    const letters = new Int32Array(count * answered);
    const sure = new Float32Array(count * answered);
    let looks: ArrayLike<number> = [];
    for (let t = 0; t < answered; t++) {
      const given = ndarray(before.slice(), [count, answered]);
      const [p, weights] = await model.predictAll([question, given], { batchSize: HELD_OUT });
      looks = weights.data;
      for (let n = 0; n < count; n++) {
        const at = n * answered + t;
        let best = 0;
        for (let v = 1; v < V; v++) if (p.data[at * V + v] > p.data[at * V + best]) best = v;
        letters[at] = best;
        sure[at] = p.data[at * V + best];
        if (t + 1 < answered) before[at + 1] = best;
      }
    }
    return { letters, sure, looks };
  };
  const textOf = (letters: Int32Array, n: number) =>
    Array.from(letters.subarray(n * answered, (n + 1) * answered), (id) => LETTERS[id]).join('');

  return {
    model,
    batchSize,
    examples: size * size - heldOut.all,
    heldOut: heldOut.all,
    rows(count) {
      const sums: [number, number][] = [];
      while (sums.length < count) {
        const [a, b] = [below(draw, size), below(draw, size)];
        if (!isHeldOut(a, b)) sums.push([a, b]);
      }
      const answers = sums.map(([a, b]) => `${a + b}`.padEnd(answered));
      return {
        x: [
          questions(sums.map(([a, b]) => `${a}+${b}`)),
          ids(
            answers.map((text) => `_${text.slice(0, -1)}`),
            answered,
          ),
        ],
        y: ids(answers, answered),
      };
    },
    async measure(): Promise<Measured> {
      const { sums } = heldOut;
      const { letters } = await written(sums.map(([a, b]) => `${a}+${b}`));
      const rows = sums.map(
        ([a, b], n): SumRow => ({
          text: `${a}+${b}`,
          said: textOf(letters, n).trimEnd(),
          wanted: `${a + b}`,
        }),
      );
      return {
        score: rows.filter(({ said, wanted }) => said === wanted).length / rows.length,
        rows: rows.filter((_, i) => i % Math.ceil(rows.length / SHOWN) === 0),
      };
    },
    async answer(text): Promise<Answer> {
      const sum = readSum(text, digits);
      const { letters, sure, looks } = await written([sum]);
      const length = sum.length;
      const weights = Array.from({ length: answered * length }, (_, i) => {
        const [row, column] = [Math.floor(i / length), i % length];
        return looks[row * asked + (asked - 1 - column)];
      });
      return { kind: 'add', text: sum, letters: [...textOf(letters, 0)], probabilities: [...sure], weights };
    },
  };
}

/** Letters as ids [N,length]. */
function ids(texts: readonly string[], length: number): NdArray {
  const data = new Int32Array(texts.length * length);
  texts.forEach((text, n) => {
    for (let t = 0; t < length; t++) data[n * length + t] = LETTERS.indexOf(text[t]);
  });
  return ndarray(data, [texts.length, length]);
}

function build(units: number, asked: number, answered: number): Model {
  const question = input({ shape: [asked], dtype: 'int32', name: 'question' });
  const before = input({ shape: [answered], dtype: 'int32', name: 'before' });
  const letters = embedding({ inputDim: V, outputDim: 16 });
  const [read, h, c] = lstm({ units, returnSequences: true, returnState: true })(letters(question));
  const said = lstm({ units, returnSequences: true })(letters(before), { initialState: [h, c] });
  const [found, weights] = attention({ returnAttentionScores: true })([said, read]);
  const next = dense({ units: V, activation: 'softmax' })(concatenate()([said, found]));
  return modelBetween({ inputs: [question, before], outputs: [next, weights] });
}

/** One pair in ten is never trained on, in neither order. */
function isHeldOut(a: number, b: number): boolean {
  const [low, high] = a < b ? [a, b] : [b, a];
  return (Math.imul(low * 1009 + high + 1, 2654435761) >>> 8) % 10 === 0;
}

/** Some held-out sums, spread over all of them, and how many there are. */
function heldOutSums(size: number): { sums: [number, number][]; all: number } {
  const found: [number, number][] = [];
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) if (isHeldOut(a, b)) found.push([a, b]);
  }
  const count = Math.min(HELD_OUT, found.length);
  const sums = Array.from({ length: count }, (_, i) => found[Math.floor(((i + 0.5) * found.length) / count)]);
  return { sums, all: found.length };
}
