// Memory: which letter ends AxxxxxxYa and BxxxxxxYb was decided at the beginning, eight steps before.
import { adam, type Backend, type Callback, dense, input, lstm, sequential, Vocabulary } from 'webgpu-rnn';

const texts = ['AxxxxxxYa', 'BxxxxxxYb'];

export interface Result {
  texts: string[];
  /** The first letter of each text, and what the network takes for likeliest after each of its letters. */
  written: string[];
}

/** Learns to predict the next letter at every step of both texts. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  const vocabulary = Vocabulary.fromText(texts.join(''));
  const ids = texts.map((text) => Array.from(vocabulary.encode(text)));
  const model = sequential([
    input({ shape: [null, vocabulary.size] }),
    lstm({ units: 10, returnSequences: true }),
    dense({ units: vocabulary.size, activation: 'softmax' }),
  ]);
  model.compile({
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'sparseCategoricalCrossentropy',
    ...(backend && { backend }),
  });
  const x = ids.map((text) => text.slice(0, -1).map((id) => oneHot(id, vocabulary.size)));
  const y = ids.map((text) => text.slice(1));
  const untilLearned: Callback = {
    onEpochEnd: (_, { loss }, training) => {
      if (loss < 0.02) training.stop('the texts are known by heart');
    },
  };
  await model.fit(x, y, { epochs: 3000, callbacks: untilLearned, verbose: 0 });
  const probabilities = (await model.predict(x)).toArray(3);
  await model.dispose();
  const written = probabilities.map((steps, i) => texts[i][0] + vocabulary.decode(steps.map(mostLikely)));
  return { texts, written };
}

function oneHot(id: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Number(i === id));
}

function mostLikely(probabilities: number[]): number {
  return probabilities.indexOf(Math.max(...probabilities));
}
