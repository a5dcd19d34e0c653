// Addition by reading and writing: "57+5" to "62", letter by letter, by an encoder and a decoder, with attention if wanted.
import {
  adam,
  attention,
  type Backend,
  concatenate,
  cosineDecay,
  dense,
  embedding,
  input,
  lstm,
  type Model,
  model,
  random,
  Vocabulary,
} from 'webgpu-rnn';

const vocabulary = Vocabulary.fromText(' +0123456789_');
const [asked, answered] = [5, 3]; // letters of '99+99' and '198'
const units = 48;
const batchSize = 64;
const start = vocabulary.encode('_')[0];

export interface Result {
  /** How many sums were held out. */
  heldOut: number;
  /** The part of them that is answered without a wrong letter. */
  accuracy: number;
  /** "57+5 = 62", some of them. */
  answers: string[];
}

export interface Options {
  backend?: Backend;
  /** Default true. */
  withAttention?: boolean;
  epochs?: number;
}

/** Trains on nine tenths of all sums of two numbers below 100, and answers the others, of which it has seen neither order. */
export async function main(options: Options = {}): Promise<Result> {
  const { backend, withAttention = true, epochs = 13 } = options;
  const { train, heldOut } = sums();
  const network = build(withAttention);
  const decaySteps = epochs * Math.ceil(train.length / batchSize);
  const learningRate = cosineDecay({ initialLearningRate: 0.012, decaySteps });
  network.compile({
    optimizer: adam({ learningRate, globalClipNorm: 5 }),
    loss: 'sparseCategoricalCrossentropy',
    ...(backend && { backend }),
  });
  const x = [questions(train), teacher(train)];
  const y = train.map(({ answer }) => answer);
  await network.fit(x, y, { epochs, batchSize, verbose: 0 });
  const written = await write(network, questions(heldOut));
  await network.dispose();
  const right = written.filter((letters, i) => letters.join() === heldOut[i].answer.join());
  return {
    heldOut: heldOut.length,
    accuracy: right.length / heldOut.length,
    answers: heldOut.slice(-5).map(({ text }, i) => `${text} = ${vocabulary.decode(written.at(i - 5)!)}`),
  };
}

function build(withAttention: boolean): Model {
  const question = input({ shape: [asked], dtype: 'int32', name: 'question' });
  const before = input({ shape: [null], dtype: 'int32', name: 'before' });
  const letters = embedding({ inputDim: vocabulary.size, outputDim: 16 });
  const encoder = lstm({ units, returnSequences: true, returnState: true });
  const [read, h, c] = encoder(letters(question));
  const said = lstm({ units, returnSequences: true })(letters(before), { initialState: [h, c] });
  const found = withAttention ? concatenate()([said, attention()([said, read])]) : said;
  const next = dense({ units: vocabulary.size, activation: 'softmax' })(found);
  return model({ inputs: [question, before], outputs: next });
}

/** The most likely letters [N,3], each chosen after those before it were. */
async function write(network: Model, question: number[][]): Promise<number[][]> {
  const letters: number[][] = question.map(() => []);
  for (let t = 0; t < answered; t++) {
    const before = letters.map((said) => [start, ...said]);
    const p = await network.predict([question, before], { batchSize: 1000 });
    const V = vocabulary.size;
    letters.forEach((said, n) => {
      const from = (n * (t + 1) + t) * V;
      const row = Array.from({ length: V }, (_, v) => p.data[from + v]);
      said.push(row.indexOf(Math.max(...row)));
    });
  }
  return letters;
}

interface Sum {
  text: string;
  answer: number[];
}

function sums(): { train: Sum[]; heldOut: Sum[] } {
  const draw = random(7).uniform;
  const train: Sum[] = [];
  const heldOut: Sum[] = [];
  for (let a = 0; a < 100; a++) {
    for (let b = 0; b <= a; b++) {
      const set = draw() < 0.1 ? heldOut : train;
      for (const [p, q] of a === b
        ? [[a, b]]
        : [
            [a, b],
            [b, a],
          ]) {
        set.push({ text: `${p}+${q}`, answer: Array.from(vocabulary.encode(`${p + q}`.padEnd(answered))) });
      }
    }
  }
  return { train, heldOut };
}

/** Reversed, as the units, which are needed first, then stand nearest to the answer. */
function questions(set: Sum[]): number[][] {
  return set.map(({ text }) => Array.from(vocabulary.encode(text.padEnd(asked))).reverse());
}

function teacher(set: Sum[]): number[][] {
  return set.map(({ answer }) => [start, ...answer.slice(0, -1)]);
}
