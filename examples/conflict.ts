// Two sequences that conflict: after 0, 1, 2 comes 3 or 4, as each began; what was seen first must stay in the state.
import { adam, type Backend, dense, input, lstm, type Model, sequential } from 'webgpu-rnn';

const sequences = [
  [3, 0, 1, 2, 3],
  [4, 0, 1, 2, 4],
];
const symbols = 5;

export interface Result {
  /** What the network says after each symbol, of which it gets one at a time. */
  predicted: number[][];
  /** Each sequence without its first symbol. */
  wanted: number[][];
}

/** Learns from whole sequences, and then reads them symbol by symbol: the state goes on from call to call. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const learner = build(false);
  learner.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'categoricalCrossentropy',
    ...(backend && { backend }),
  });
  const x = sequences.map((sequence) => sequence.slice(0, -1).map(oneHot));
  const y = sequences.map((sequence) => sequence.slice(1).map(oneHot));
  await learner.fit(x, y, { epochs: 200, verbose: 0 });

  const reader = build(true);
  reader.compile({ ...(backend && { backend }) });
  await reader.setWeights(await learner.getWeights());
  const predicted: number[][] = [];
  for (const steps of x) {
    const said: number[] = [];
    for (const step of steps) said.push(mostLikely((await reader.predict([[step]])).data));
    predicted.push(said);
    await reader.resetStates();
  }
  await learner.dispose();
  await reader.dispose();
  return { predicted, wanted: sequences.map((sequence) => sequence.slice(1)) };
}

function build(stateful: boolean): Model {
  return sequential([
    input({ shape: [null, symbols] }),
    lstm({ units: 20, returnSequences: true, stateful }),
    dense({ units: symbols, activation: 'softmax' }),
  ]);
}

function oneHot(symbol: number): number[] {
  return Array.from({ length: symbols }, (_, i) => Number(i === symbol));
}

function mostLikely(probabilities: ArrayLike<number>): number {
  const list = Array.from(probabilities);
  return list.indexOf(Math.max(...list));
}
