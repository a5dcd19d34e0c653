// Two sequences that conflict: 0, 1, 2 go on with 3 or 4, as they began; a network with a state that stays must remember.
import { adam, type Backend, dense, input, lstm, sequential } from 'webgpu-rnn';

const sequences = [
  [3, 0, 1, 2, 3],
  [4, 0, 1, 2, 4],
];
const symbols = 5;

export interface Result {
  /** What the network says after each step of the sequences; right is the sequence without its first symbol. */
  predicted: number[][];
  wanted: number[][];
}

/** Trains one symbol at a time: the state goes on from batch to batch, until it is reset after each sequence. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const model = sequential([
    input({ shape: [1, symbols] }),
    lstm({ units: 20, stateful: true }),
    dense({ units: symbols, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'categoricalCrossentropy',
    ...(backend && { backend }),
  });
  for (let epoch = 0; epoch < 150; epoch++) {
    for (const sequence of sequences) {
      const x = sequence.slice(0, -1).map((symbol) => [oneHot(symbol)]);
      const y = sequence.slice(1).map(oneHot);
      await model.fit(x, y, { batchSize: 1, shuffle: false, verbose: 0 });
      await model.resetStates();
    }
  }
  const predicted: number[][] = [];
  for (const sequence of sequences) {
    const said = await model.predict(
      sequence.slice(0, -1).map((symbol) => [oneHot(symbol)]),
      { batchSize: 1 },
    );
    predicted.push((said.toArray() as number[][]).map(mostLikely));
    await model.resetStates();
  }
  await model.dispose();
  return { predicted, wanted: sequences.map((sequence) => sequence.slice(1)) };
}

function oneHot(symbol: number): number[] {
  return Array.from({ length: symbols }, (_, i) => Number(i === symbol));
}

function mostLikely(probabilities: number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
