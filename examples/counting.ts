// Counting: after n times a and an X come n times b and an end; the network must count, and then go back.
import {
  adam,
  type Backend,
  dense,
  embedding,
  input,
  lstm,
  type Model,
  padSequences,
  sequential,
} from 'webgpu-rnn';

const [A, X, B, END] = [1, 2, 3, 4]; // 0 fills up shorter sequences
const inTraining = [1, 2, 3, 5, 6, 8, 9, 10];
const between = [4, 7];
const above = [11, 12];

export interface Result {
  /** The n for which every b and the end are predicted right. */
  exact: number[];
  inTraining: number[];
  /** The n that the network has not seen: some between those of training, some above. */
  heldOut: number[];
}

/** Trains on some n, to predict the next symbol at every step, and tries these and others. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const model = sequential([
    input({ shape: [null], dtype: 'int32' }),
    embedding({ inputDim: 5, outputDim: 5, maskZero: true }),
    lstm({ units: 10, returnSequences: true }),
    dense({ units: 5, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'sparseCategoricalCrossentropy',
    ...(backend && { backend }),
  });
  const { x, y } = samples(inTraining);
  await model.fit(x, y, { epochs: 300, verbose: 0 });
  const heldOut = [...between, ...above];
  const exact = await exactOf(model, [...inTraining, ...heldOut]);
  await model.dispose();
  return { exact, inTraining, heldOut };
}

/** The texts of each n, and the same one symbol later: [N,T] ids. */
function samples(counts: readonly number[]): { x: number[][]; y: number[][] } {
  const texts = counts.map((n) => [...repeated(A, n), X, ...repeated(B, n), END]);
  const maxlen = Math.max(...texts.map((text) => text.length)) - 1;
  const padded = (rows: number[][]) => padSequences(rows, { maxlen, padding: 'post' }).toArray(2);
  return { x: padded(texts.map((text) => text.slice(0, -1))), y: padded(texts.map((text) => text.slice(1))) };
}

/** What can be predicted is what follows the X: n times b, and the end. */
async function exactOf(model: Model, counts: readonly number[]): Promise<number[]> {
  const { x, y } = samples(counts);
  const p = (await model.predict(x)).toArray(3);
  return counts.filter((n, i) =>
    y[i].slice(n, 2 * n + 1).every((symbol, t) => mostLikely(p[i][n + t]) === symbol),
  );
}

function repeated(symbol: number, n: number): number[] {
  return Array.from({ length: n }, () => symbol);
}

function mostLikely(probabilities: number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
