// Echo: a network that says a sequence again, one value at a time, from its last state, and step by step.
import { adam, type Backend, dense, input, lstm, type Model, sequential, timeDistributed } from 'webgpu-rnn';

const values = [0, 0.2, 0.4, 0.6, 0.8];

export interface Result {
  /** The largest error of each of the three networks. */
  oneToOne: number;
  manyToOne: number;
  manyToMany: number;
}

/** Trains the three networks on one sequence until they have it by heart. */
export async function main({ backend }: { backend?: Backend } = {}): Promise<Result> {
  // Five samples of one step each: [5,1,1] to [5,1].
  const oneToOne = sequential([input({ shape: [1, 1] }), lstm({ units: 10 }), dense({ units: 1 })]);
  // One sample of five steps, of which the last state gives all values: [1,5,1] to [1,5].
  const manyToOne = sequential([input({ shape: [5, 1] }), lstm({ units: 10 }), dense({ units: 5 })]);
  // One sample of five steps, each with an answer of its own: [1,5,1] to [1,5,1].
  const manyToMany = sequential([
    input({ shape: [5, 1] }),
    lstm({ units: 10, returnSequences: true }),
    timeDistributed({ layer: dense({ units: 1 }) }),
  ]);
  const steps = values.map((value) => [value]);
  return {
    oneToOne: await errorOf(
      oneToOne,
      steps.map((step) => [step]),
      steps,
    ),
    manyToOne: await errorOf(manyToOne, [steps], [values]),
    manyToMany: await errorOf(manyToMany, [steps], [steps]),
  };

  async function errorOf(model: Model, x: number[][][], y: number[][] | number[][][]): Promise<number> {
    model.compile({
      optimizer: adam({ learningRate: 0.02 }),
      loss: 'meanSquaredError',
      ...(backend && { backend }),
    });
    await model.fit(x, y, { epochs: 300, batchSize: x.length, verbose: 0 });
    const predicted = await model.predict(x);
    await model.dispose();
    const wanted = y.flat(2);
    return Math.max(...wanted.map((value, i) => Math.abs(predicted.data[i] - value)));
  }
}
